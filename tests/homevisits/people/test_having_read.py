"""Who has read what: the policy itself and the papers that it asks staff to read."""

import pytest

from homevisits.clock import app_now
from homevisits.people.having_read import has_read, missing_papers, to_read
from homevisits.people.reading import Reading
from homevisits.trusts.parts import LinkedPolicy
from tests.cast import Cast
from tests.factories.trusts import PolicyFactory


@pytest.mark.clause("TC-228", "CS-023", "CS-024")
def test_the_papers_to_read_are_the_policy_and_those_that_it_marks(cast: Cast) -> None:
    expected = ["", "Lone Worker Policy", "Staff Code of Conduct"]
    assert missing_papers(cast.teacher, cast.policy) == expected


def test_a_paper_read_is_not_missing(cast: Cast) -> None:
    for paper in ("", "Staff Code of Conduct"):
        Reading.objects.create(staff=cast.teacher, policy=cast.policy, paper=paper, read_at=app_now())
    assert has_read(cast.teacher, cast.policy)
    assert missing_papers(cast.teacher, cast.policy) == ["Lone Worker Policy"]
    assert not has_read(cast.colleague, cast.policy)


@pytest.mark.clause("TC-050")
def test_a_later_version_is_read_anew(cast: Cast) -> None:
    Reading.objects.create(staff=cast.teacher, policy=cast.policy, paper="", read_at=app_now())
    later = PolicyFactory(trust=cast.trust)
    schools_own = PolicyFactory(school=cast.school)
    assert [has_read(cast.teacher, policy) for policy in (cast.policy, later, schools_own)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("phases", "titles"),
    [
        ({"primary"}, ["For all", "For primary"]),
        ({"secondary"}, ["For all"]),
        ({"all_through"}, ["For all", "For primary"]),
    ],
)
def test_a_paper_for_one_phase_is_read_where_it_holds(phases: set[str], titles: list[str]) -> None:
    papers = [
        LinkedPolicy(title="For all", must_be_read=True),
        LinkedPolicy(title="For primary", must_be_read=True, phase="primary"),
        LinkedPolicy(title="Not asked for"),
    ]
    assert [paper.title for paper in to_read(papers, phases)] == titles
