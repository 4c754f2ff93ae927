"""What the policy pages draw besides the look: where a value comes from."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("trusts/_backing.html")
def backing(rests_on: Any) -> dict[str, Any]:
    """The clauses behind a value, or whose own choice it is: `{% backing row.backing %}`."""
    return {"backing": rests_on}


@register.filter
def with_clauses(row: Any) -> str:
    """The clause ids of a row in one line: "TC-109, TC-110"."""
    return ", ".join(clause.id for clause in row.clauses)


@register.filter
def equals(one: Any, other: Any) -> bool:
    """Whether two values are the same, for an argument of a tag."""
    return bool(one == other)
