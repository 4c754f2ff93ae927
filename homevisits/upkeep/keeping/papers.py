"""Keeps a school's own papers and forms: links, and files kept here (TC-032, TC-042, PS-061)."""

import datetime as dt

from django.db import transaction

from homevisits.people.keeping.rules import ask, fresh, require
from homevisits.people.models import Staff
from homevisits.trusts.models import School, SchoolPaper
from homevisits.upkeep import editions
from homevisits.upkeep.arming import locked, tell
from homevisits.upkeep.files import Paper
from homevisits.upkeep.permissions import may_keep_papers

REFUSAL = "Only the school's leaders, a trust admin or the Executive Head / CEO may."


@transaction.atomic
def add_paper(
    *,
    school: School,
    kind: str,
    title: str,
    url: str = "",
    file: Paper | None = None,
    by: Staff,
    now: dt.datetime,
) -> SchoolPaper:
    """Put a school's paper on file: a link, or a file that was read by `files.read`."""
    ask(may_keep_papers(by, school), REFUSAL)
    require(bool(url) != (file is not None), "Give a link or a file, one of the two.")
    place = locked(school.trust_id, school)
    paper = SchoolPaper.objects.create(
        school=school,
        kind=kind,
        title=title,
        url=url,
        file_name=file.name if file else "",
        content_type=file.content_type if file else "",
        content=file.content if file else None,
        added_by=by,
        added_at=now,
    )
    tell(place, "paper_added", f"Paper added: {paper.get_kind_display()}, {title}", by=by, now=now)
    editions.refresh(school.trust, now=now)
    return paper


@transaction.atomic
def retire_paper(*, paper: SchoolPaper, by: Staff, now: dt.datetime) -> SchoolPaper:
    """Take a paper out of use; it stays where somebody used it. Retired twice, it stays as it was."""
    ask(may_keep_papers(by, paper.school), REFUSAL)
    place = locked(paper.school.trust_id, paper.school)
    held = fresh(paper)
    if held.retired_at is None:
        held.retired_by, held.retired_at = by, now
        held.save(update_fields=["retired_by", "retired_at"])
        tell(place, "paper_retired", f"Paper retired: {held.title}", by=by, now=now)
        editions.refresh(paper.school.trust, now=now)
    return held
