"""The example trusts and schools: where they are and whose policy they follow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One school of an example trust."""

    name: str
    slug: str
    phase: str
    address: str
    postcode: str
    phone: str
    desk_name: str
    motto: str


@dataclass(frozen=True)
class Example:
    """One example trust: its sign-in domain, preset and schools; the first school has all the sign-ins."""

    domain: str
    name: str
    slug: str
    preset: str
    motto: str
    postcode_area: str
    schools: tuple[Place, ...]


EXAMPLES = (
    Example(
        "three-counties.example",
        "Three Counties Academy Trust",
        "three-counties",
        "three_counties",
        "Three counties, one promise",
        "HR4",
        (
            Place(
                "Hillside Academy",
                "hillside",
                "primary",
                "Hill Road, Hereford",
                "HR4 9AA",
                "+441432496000",
                "School office",
                "Climb together",
            ),
            Place(
                "Wyebridge High School",
                "wyebridge",
                "secondary",
                "Bridge Street, Hereford",
                "HR4 9DG",
                "+441432496010",
                "School office",
                "Across and onwards",
            ),
            Place(
                "Malvern View Primary",
                "malvern-view",
                "primary",
                "Link Top, Malvern",
                "WR14 1HS",
                "+441684496020",
                "School office",
                "Look up",
            ),
        ),
    ),
    Example(
        "poulton.example",
        "Poulton-le-Sands Primary School",
        "poulton",
        "poulton_le_sands",
        "Faith, hope and love",
        "LA3",
        (
            Place(
                "Poulton-le-Sands Primary School",
                "poulton",
                "primary",
                "Church Walk, Poulton-le-Sands",
                "LA3 1AB",
                "+441524496000",
                "Student services",
                "Let your light shine",
            ),
            Place(
                "Poulton Nursery School",
                "poulton-nursery",
                "primary",
                "Marine Road, Poulton-le-Sands",
                "LA3 1BU",
                "+441524496010",
                "Main office",
                "Small steps",
            ),
        ),
    ),
    Example(
        "aspirational.example",
        "Aspirational Futures Trust",
        "aspirational",
        "aspirational_futures",
        "Aspire, belong, flourish",
        "S5",
        (
            Place(
                "Fir Vale Academy",
                "fir-vale",
                "secondary",
                "Owler Lane, Sheffield",
                "S4 8GB",
                "+441144960000",
                "School office",
                "Aspire, belong, flourish",
            ),
            Place(
                "Longley Primary School",
                "longley",
                "primary",
                "Raisen Hall Road, Sheffield",
                "S5 7NA",
                "+441144960010",
                "School office",
                "Aspire, belong, flourish",
            ),
        ),
    ),
)
