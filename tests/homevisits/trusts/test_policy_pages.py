"""The policy pages: who reads, who edits, what is shown, what a bad answer is told."""

import pytest
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import presets, publishing
from homevisits.trusts.catalogue import SECTIONS, SETTINGS
from homevisits.trusts.lists import LISTS
from homevisits.trusts.parts import Reason
from homevisits.trusts.policies import Policy
from tests.cast import PARTS, Cast, make_cast
from tests.factories.trusts import PolicyFactory

EDITORS = {"admin", "ceo"}


@pytest.fixture
def draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )


@pytest.fixture
def admin(client, cast):
    """A browser with the trust admin signed in."""
    client.force_login(cast.admin)
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"policy_{name}", args=args)


def text(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("part", PARTS)
def test_everybody_reads_what_is_in_force_and_nobody_from_elsewhere(client, cast, part):
    client.force_login(cast.people[part])
    expected = 404 if part == "outsider" else 200
    assert client.get(url("version", cast.policy.pk)).status_code == expected
    assert client.get(url("changes", cast.policy.pk)).status_code == expected
    assert client.get(url("list")).status_code == 200


@pytest.mark.clause("TC-251")
@pytest.mark.parametrize("part", PARTS)
def test_only_editors_see_a_draft_and_its_pages(client, cast, draft, part):
    client.force_login(cast.people[part])
    expected = 200 if part in EDITORS else 404
    pages = ["version", "changes", "publish", "discard", "impact"]
    assert {client.get(url(page, draft.pk)).status_code for page in pages} == {expected}
    assert client.get(url("edit", draft.pk, "out")).status_code == expected
    assert client.get(url("row_add", draft.pk, "reasons")).status_code == expected
    assert client.get(url("new")).status_code == expected


@pytest.mark.parametrize("part", sorted(set(PARTS) - EDITORS))
def test_nobody_else_can_send_a_change(client, cast, draft, part):
    client.force_login(cast.people[part])
    reason = draft.reasons.first()
    addresses = [
        url("draft", cast.policy.pk),
        url("publish", draft.pk),
        url("discard", draft.pk),
        url("edit", draft.pk, "out"),
        url("row", draft.pk, "reasons", reason.pk),
        url("row_remove", draft.pk, "reasons", reason.pk),
        url("row_restore", draft.pk, "reasons", reason.pk),
        url("row_move", draft.pk, "reasons", reason.pk),
        url("lift", draft.pk),
    ]
    assert {client.post(address).status_code for address in addresses} == {404}
    draft.refresh_from_db()
    assert not draft.is_published


def test_signing_in_comes_first(client, cast):
    assert client.get(url("list")).url.startswith("/accounts/login/")


def test_other_schools_own_policy_is_not_there_for_school_staff(client, cast):
    own = PolicyFactory(school=cast.other_school, preset="poulton_le_sands")
    client.force_login(cast.head)
    assert client.get(url("version", own.pk)).status_code == 404
    client.force_login(cast.ewo)
    assert client.get(url("version", own.pk)).status_code == 200


@pytest.mark.clause("PS-042")
def test_version_shows_value_clause_and_own_choice(admin, cast):
    page = text(admin.get(url("version", cast.policy.pk)))
    start = page.index('data-setting="wait_minutes"')
    wait = page[start : page.index("data-setting", start + 1)]
    assert "20 minutes" in wait
    assert "TC-109" in wait
    assert "staff wait no longer than 20 minutes" in wait
    assert "own choice" not in wait
    start = page.index('data-setting="overdue_grace_minutes"')
    grace = page[start : page.index("data-setting", start + 1)]
    assert "This preset's own choice" in grace or "This preset&#x27;s own choice" in grace


def test_tabs_show_every_setting_and_row(admin, cast):
    def part(name: str) -> str:
        return text(admin.get(url("version", cast.policy.pk), {"part": name}))

    contents = presets.read("three_counties").contents
    assert part("settings").count("data-setting=") == part("nonsense").count("data-setting=") == len(SETTINGS)
    assert part("reasons").count("data-reason=") == len(contents.reasons)
    assert part("ladders").count("data-minutes=") == len(contents.steps)
    lists = [of for of in LISTS.values() if of.part not in {"reasons", "ladders"}]
    shown = [part(of.part).count(f'data-row="{of.name}"') for of in lists]
    assert shown == [len(of.of(contents)) for of in lists]
    assert part("reasons").count('data-row="grounds"') == len(contents.grounds)


def test_version_shows_no_editing_to_readers(client, cast):
    client.force_login(cast.head)
    page = text(client.get(url("version", cast.policy.pk)))
    assert "Edit as a new draft" not in page
    assert "/edit/" not in page


@pytest.mark.clause("AF-005", "TC-003", "TC-248")
def test_overdue_review_is_shown(client, clock):
    clock.set("2026-10-01 09:00")
    cast = make_cast("aspirational_futures")
    client.force_login(cast.teacher)
    assert "The review is overdue" in text(client.get(url("version", cast.policy.pk)))
    assert "Review overdue" in text(client.get(url("list")))


def test_review_that_lies_ahead_is_not_called_overdue(client, clock):
    clock.set("2026-09-30 09:00")
    cast = make_cast("aspirational_futures")
    client.force_login(cast.teacher)
    assert "overdue" not in text(client.get(url("list")))


def test_from_edit_to_publication(admin, cast):
    opened = admin.post(url("draft", cast.policy.pk))
    draft = Policy.objects.get(published_at=None)
    assert opened.url == url("version", draft.pk)

    edit = url("edit", draft.pk, "out")
    form = admin.get(edit).context["form"]
    answers = form.initial | {"seen": form["seen"].initial, "wait_minutes": 15}
    assert admin.post(edit, answers).url == url("version", draft.pk)

    publish = admin.get(url("publish", draft.pk))
    (change,) = publish.context["since"]
    assert (change.before, change.after) == ("20 minutes", "15 minutes")
    seen = publish.context["form"]["seen"].value()
    done = admin.post(url("publish", draft.pk), {"note": "Families live close by", "seen": seen})
    assert done.url == url("published", draft.pk)

    said = text(admin.get(done.url))
    assert "Version 2 is in force" in said
    assert "Families live close by" in said
    in_force = Policy.objects.in_force(cast.school)
    assert (in_force.wait_minutes, in_force.published_by) == (15, cast.admin)


def test_publishing_without_a_note_is_asked_again(admin, draft):
    response = admin.post(url("publish", draft.pk), {"seen": "x", "note": ""})
    assert "Enter what changed" in text(response) or "Answer “What changed, and why?”" in text(response)
    draft.refresh_from_db()
    assert not draft.is_published


def test_bad_answers_stand_beside_their_fields_and_nothing_typed_is_lost(admin, draft):
    edit = url("edit", draft.pk, "out")
    answers = admin.get(edit).context["form"].initial
    response = admin.post(edit, answers | {"wait_minutes": "soon", "default_visit_minutes": 50})
    form = response.context["form"]
    assert list(form.errors) == ["wait_minutes"]
    assert form["default_visit_minutes"].value() == "50"
    assert "There is a problem" in text(response)


def test_policy_needs_somebody_who_authorises(admin, draft):
    edit = url("edit", draft.pk, "authorising")
    answers = admin.get(edit).context["form"].initial | {"authorising_roles": []}
    response = admin.post(edit, answers)
    assert response.context["form"].errors["authorising_roles"] == [
        "Choose at least one role that may authorise."
    ]


def test_settings_that_somebody_else_changed_are_not_overwritten(admin, cast, draft):
    edit = url("edit", draft.pk, "out")
    form = admin.get(edit).context["form"]
    publishing.save_draft(policy=draft, by=cast.ceo, now=app_now(), values={"wait_minutes": 10})
    response = admin.post(edit, form.initial | {"seen": form["seen"].initial, "wait_minutes": 15})
    assert "Somebody else has changed these settings" in text(response)
    draft.refresh_from_db()
    assert draft.wait_minutes == 10


def test_stale_publish_page_is_told_who_was_faster(admin, cast, draft):
    publishing.publish(policy=draft, by=cast.ceo, now=app_now(), note="Mine")
    response = admin.post(url("publish", draft.pk), {"note": "Too late", "seen": "x"}, follow=True)
    assert "Version 2 was published by Pat Ceo on" in text(response)


def test_second_draft_leads_to_the_first(client, cast, draft):
    client.force_login(cast.ceo)
    response = client.post(url("draft", cast.policy.pk), follow=True)
    assert "A draft was opened by Pat Admin" in text(response)
    assert response.redirect_chain[-1][0] == url("version", draft.pk)


def test_role_labels_are_asked_one_by_one(admin, draft):
    edit = url("edit", draft.pk, "document")
    form = admin.get(edit).context["form"]
    answers = {name: value or "" for name, value in form.initial.items() if name != "role_labels"}
    admin.post(edit, answers | {"role_label_office": "Front desk", "role_label_ewo": ""})
    draft.refresh_from_db()
    assert draft.role_labels["office"] == "Front desk"
    assert "ewo" not in draft.role_labels


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize("cast", presets.NAMES, indirect=True)
def test_section_saved_as_it_is_changes_nothing(admin, draft, section):
    edit = url("edit", draft.pk, section)
    form = admin.get(edit).context["form"]
    answers = {name: as_sent(value) for name, value in form.initial.items()}
    response = admin.post(edit, answers)
    assert response.status_code == 302, response.context["form"].errors
    assert not draft.events.filter(kind="edited").exists()


def as_sent(value):
    """What a browser sends for a value that nobody touched; ticks come in the page's order."""
    if isinstance(value, list):
        return sorted(value)
    return "" if value is None else value


def test_step_saved_as_it_is_changes_nothing(admin, draft):
    for step in draft.laddersteps.all():
        answers = {name: as_sent(getattr(step, name)) for name in ("roles", "roles_ewo", "channels")}
        answers |= {"after_minutes": step.after_minutes} | (
            {"is_everybody": "on"} if step.is_everybody else {}
        )
        assert admin.post(url("row", draft.pk, step.ladder, step.pk), answers).status_code == 302
    assert not draft.events.filter(kind="edited").exists()


@pytest.mark.parametrize("name", LISTS)
def test_every_list_has_a_page_to_add_to(admin, draft, name):
    assert admin.get(url("row_add", draft.pk, name)).status_code == 200


def test_unknown_section_and_list_are_not_there(admin, draft):
    assert admin.get(url("edit", draft.pk, "nonsense")).status_code == 404
    assert admin.get(url("row_add", draft.pk, "nonsense")).status_code == 404


def test_reason_is_added_switched_off_and_on_again(admin, draft):
    add = url("row_add", draft.pk, "reasons")
    answers = {"label": "Breakfast club", "unannounced": "no", "dsl": "none"}
    admin.post(add, answers | {"min_attempts": 0, "min_channels": 0})
    assert draft.reasons.get(code="BREAKFAST_CLUB").own_choice

    tutoring = draft.reasons.get(code="TUTORING")
    admin.post(url("row_remove", draft.pk, "reasons", tutoring.pk))
    assert not draft.reasons.filter(code="TUTORING").exists()
    (off,) = admin.get(add).context["off"]
    assert off.code == "TUTORING"

    admin.post(url("row_restore", draft.pk, "reasons", off.pk))
    assert draft.reasons.get(code="TUTORING").clauses == ["TC-080", "TC-087"]


def test_two_new_reasons_of_one_name_get_two_codes(admin, draft):
    answers = {"label": "Other reason", "unannounced": "no", "dsl": "none", "min_attempts": 0}
    for _ in range(2):
        admin.post(url("row_add", draft.pk, "reasons"), answers | {"min_channels": 0})
    codes = Reason.objects.filter(policy=draft, label="Other reason").values_list("code", flat=True)
    assert set(codes) == {"OTHER_REASON", "OTHER_REASON_2"}


def test_last_safety_step_cannot_be_taken_out_by_hand(admin, draft):
    last = draft.laddersteps.get(ladder="safety", is_everybody=True)
    response = admin.post(url("row_remove", draft.pk, "safety", last.pk), follow=True)
    assert "The last step of the ladder" in text(response)
    assert draft.laddersteps.filter(pk=last.pk).exists()


def test_last_safety_step_cannot_stop_being_everybody(admin, draft):
    last = draft.laddersteps.get(ladder="safety", is_everybody=True)
    answers = {"after_minutes": 30, "roles": ["ceo"], "channels": ["in_app"]}
    response = admin.post(url("row", draft.pk, "safety", last.pk), answers)
    assert "The last step of the ladder" in text(response)
    last.refresh_from_db()
    assert last.is_everybody


def test_step_without_people_is_refused_beside_the_field(admin, draft):
    answers = {"after_minutes": 5, "roles": [], "channels": ["in_app"]}
    response = admin.post(url("row_add", draft.pk, "safety"), answers)
    assert list(response.context["form"].errors) == ["roles"]


def test_row_of_another_draft_is_not_there(admin, cast, draft):
    row = cast.policy.reasons.first()
    assert admin.get(url("row", draft.pk, "reasons", row.pk)).status_code == 404


def test_draft_for_one_school_from_a_preset(admin, cast):
    admin.post(url("new"), {"whose": cast.school.pk, "start": "poulton_le_sands"})
    draft = Policy.objects.get(published_at=None)
    assert (draft.school, draft.number, draft.preset) == (cast.school, 1, "poulton_le_sands")
    assert Policy.objects.in_force(cast.school) == cast.policy


def test_draft_for_a_school_elsewhere_is_refused(admin, cast):
    foreign = cast.outsider.main_school
    response = admin.post(url("new"), {"whose": foreign.pk, "start": "poulton_le_sands"})
    assert list(response.context["form"].errors) == ["whose"]


def test_changes_show_what_differs_from_the_preset(admin, cast):
    policy = PolicyFactory(trust=cast.trust, preset="three_counties", wait_minutes=5)
    context = admin.get(url("changes", policy.pk)).context
    assert [(d.label, d.before, d.after) for d in context["from_preset"]] == [
        ("Waiting at the door, at most", "20 minutes", "5 minutes")
    ]
    assert context["previous"] == cast.policy


def test_discarding_asks_first(admin, draft):
    assert "Discard this draft?" in text(admin.get(url("discard", draft.pk)))
    admin.post(url("discard", draft.pk))
    assert not Policy.objects.filter(pk=draft.pk).exists()


def test_list_takes_the_same_queries_at_1_and_30_versions(admin, cast, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        admin.get(url("list"))
    for _ in range(29):
        PolicyFactory(trust=cast.trust)
    with CaptureQueriesContext(connection) as thirty:
        admin.get(url("list"))
    assert len(thirty) == len(one)
