"""The policies beside the visit's own, on the forms for which they hold."""

import pytest
from django.test import Client

from homevisits.trusts.models import SchoolPaper
from homevisits.upkeep import files, keeping
from tests.cast import Cast, browser
from tests.factories import visits as make

TC = "three_counties"


def hint(client: Client, address: str, lead: str) -> str:
    """The line of a form that begins so; nothing where there is none."""
    page = " ".join(client.get(address).content.decode().split())
    return page.partition(f"{lead}: ")[2].partition("</p>")[0]


@pytest.mark.clause("TC-033")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_whoever_goes_alone_is_shown_the_lone_working_policy(cast: Cast, now) -> None:
    pair, alone = (
        make.draft(cast, now=now),
        make.requested(cast, now=now, by=cast.ewo, party=[cast.ewo], lone_reason="Known."),
    )
    own = f"https://{cast.school.slug}.example/lone-working/"
    link = f'<a href="{own}" rel="noopener noreferrer">Lone Worker Policy (HR17)</a>.'
    step = f"/visits/{pair.ref}/request/people/"
    assert hint(browser(cast.teacher), step, "Whoever goes alone follows") == link
    assert hint(browser(cast.ewo), f"/visits/{alone.ref}/", "Going alone") == link
    two = make.requested(cast, now=now)
    assert hint(browser(cast.teacher), f"/visits/{two.ref}/", "Going alone") == ""


@pytest.mark.clause("TC-035")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_log_shows_the_driving_policy_with_the_schools_own_file_once_it_keeps_one(
    cast: Cast, now
) -> None:
    visit = make.authorised(cast, now=now)
    office, address = browser(cast.office), f"/visits/{visit.ref}/log/"
    said = hint(office, address, "Whoever drives follows")
    assert said == "Driving at Work Policy (HS9) (no link on file)."
    paper = keeping.add_paper(
        school=cast.school,
        kind="driving",
        title="Driving",
        file=files.read("Driving.pdf", b"%PDF-1.7"),
        by=cast.head,
        now=now,
    )
    assert SchoolPaper.objects.get(kind="driving") == paper
    assert f'href="/schools/{cast.school.slug}/papers/{paper.pk}/"' in hint(
        office, address, "Whoever drives follows"
    )


@pytest.mark.clause("TC-036", "TC-037", "TC-039")
@pytest.mark.parametrize("cast", [TC], indirect=True)
def test_the_concern_form_shows_the_policies_about_children_and_about_staff(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    teacher, address = browser(cast.teacher), f"/safeguarding/new/?visit={visit.ref}"
    assert hint(teacher, address, "A concern about a child").startswith("Child Protection and Safeguarding")
    staff = hint(teacher, address, "An allegation or a low-level concern about somebody who works here")
    assert ("(SG5)" in staff, "(SG11)" in staff) == (True, True)
