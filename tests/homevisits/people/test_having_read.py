"""Who has read what: the policy itself and the papers that it asks staff to read."""

import pytest
from django.db.models import prefetch_related_objects

from homevisits.clock import app_now
from homevisits.people.having_read import has_read, missing_papers, owed, papers_for, to_read
from homevisits.people.reading import Reading
from homevisits.trusts.parts import LinkedPolicy
from tests.cast import Cast
from tests.factories.trusts import PolicyFactory


@pytest.mark.clause("TC-228", "CS-023", "CS-024")
def test_the_papers_to_read_are_the_policy_and_those_that_it_marks(cast: Cast) -> None:
    expected = ["", "Lone Worker Policy", "Staff Code of Conduct"]
    assert missing_papers(cast.teacher, cast.policy) == expected


@pytest.mark.clause("CS-023")
def test_a_lone_working_paper_may_be_confirmed_though_not_everybody_is_asked_to(cast: Cast) -> None:
    prefetch_related_objects([cast.policy], "linkedpolicys")
    (lone,) = [paper for paper in cast.policy.linkedpolicys.all() if paper.kind == "lone_working"]
    lone.must_be_read = False
    assert "Lone Worker Policy" in papers_for(cast.teacher, cast.policy)
    for paper in ("", "Staff Code of Conduct"):
        assert owed(cast.teacher, [cast.policy]) == [cast.policy]
        Reading.objects.create(staff=cast.teacher, policy=cast.policy, paper=paper, read_at=app_now())
    assert owed(cast.teacher, [cast.policy]) == []
    lone.phase = "secondary"  # nobody here works at a secondary school
    assert "Lone Worker Policy" not in papers_for(cast.teacher, cast.policy)


def test_what_many_versions_ask_for_takes_the_same_queries(cast: Cast, django_assert_num_queries) -> None:
    versions = [PolicyFactory(trust=cast.trust) for _ in range(4)]
    prefetch_related_objects(versions, "linkedpolicys")
    assert cast.teacher.held  # the roles, which a signed-in person brings along
    for some in (versions[:1], versions):
        with django_assert_num_queries(2):
            assert owed(cast.teacher, some) == some


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
