"""The example people who can sign in to a demo, the same at every example trust."""

TRUSTS = {
    "three-counties.example": "Three Counties Academy Trust",
    "poulton.example": "Poulton-le-Sands Primary School",
    "aspirational.example": "Aspirational Futures Trust",
}
PEOPLE = (
    "teacher",
    "colleague",
    "office",
    "attendance",
    "dsl",
    "slt",
    "deputy",
    "head",
    "ewo",
    "ceo",
    "admin",
)


def signins_text(password: str) -> str:
    """What a newcomer needs to read to get in."""
    people = ", ".join(f"{name}@" for name in PEOPLE)
    trusts = "\n".join(f"    {domain:<24}{name}" for domain, name in TRUSTS.items())
    return f"Sign in as {people}\nof one of\n{trusts}\nwith the password {password}"
