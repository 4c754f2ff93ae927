"""Every list of a draft on its page: added to, changed, moved, taken over from the trust, refused in place."""

import pytest
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.parts import RiskBand
from homevisits.trusts.policies import Policy
from tests.cast import Cast, browser

NEW = {
    "training": {"label": "First aid", "about": "one", "strength": "warn", "valid_months": "36"},
    "briefing_staff": {"text": "Where the exits are", "each_visit": "on"},
    "briefing_ewo": {"text": "Where the exits are"},
    "extras": {"label": "Which bus?", "help_text": "If you go by bus", "is_required": "on"},
    "linked": {"kind": "other", "title": "Health and safety", "number": "HS1", "url": "", "phase": ""},
    "reasons": {
        "label": "Breakfast club",
        "unannounced": "no",
        "dsl": "none",
        "min_attempts": "0",
        "min_channels": "0",
        "kinds": "Delivery\n\n Invitation \nDelivery",
        "advice": "Bring the leaflet",
        "doorstep_only": "on",
    },
}


@pytest.fixture
def draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )


@pytest.fixture
def school_draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=cast.school, by=cast.admin, now=app_now(), based_on=cast.policy
    )


@pytest.fixture
def admin(cast: Cast):
    return browser(cast.admin)


def url(name: str, *args: object) -> str:
    return reverse(f"policy_{name}", args=args)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def changed(admin, draft: Policy, rows: str, row, **answers):
    """Send the form of a row with some answers otherwise."""
    page = url("row", draft.pk, rows, row.pk)
    form = admin.get(page).context["form"]
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    sent = {name: value for name, value in sent.items() if value is not False}
    return admin.post(page, sent | answers)


@pytest.mark.parametrize("name", NEW)
def test_row_is_added_on_its_page_and_stands_on_its_tab(admin, draft, name):
    page = url("row_add", draft.pk, name)
    back = admin.post(page, NEW[name])
    assert back.status_code == 302, back.context["form"].errors
    assert (NEW[name].get("label") or NEW[name].get("text") or NEW[name]["title"]) in text(
        admin.get(back.url)
    )


def test_kinds_of_a_reason_are_kept_one_a_line(admin, draft):
    admin.post(url("row_add", draft.pk, "reasons"), NEW["reasons"])
    reason = draft.reasons.get(code="BREAKFAST_CLUB")
    assert (reason.kinds, reason.advice, reason.doorstep_only) == (
        ["Delivery", "Invitation"],
        "Bring the leaflet",
        True,
    )


def test_letter_before_and_never_a_letter_exclude_each_other(admin, draft):
    answers = NEW["reasons"] | {"needs_letter": "on", "never_a_letter": "on"}
    form = admin.post(url("row_add", draft.pk, "reasons"), answers).context["form"]
    assert form.errors == {"never_a_letter": ["Choose one: a letter before the visit, or never a letter."]}


def test_training_gets_the_code_that_certificates_name(admin, draft):
    admin.post(url("row_add", draft.pk, "training"), NEW["training"])
    assert draft.trainingrules.get(label="First aid").code == "first_aid"


def test_level_of_risk_is_there_once(admin, draft):
    answers = {"level": "high", "from_score": "9", "min_people": "2", "checkin_repeat_minutes": "10"}
    form = admin.post(url("row_add", draft.pk, "bands"), answers).context["form"]
    assert form.errors == {"level": ["“High” is on the list already. Change that one instead."]}


@pytest.mark.parametrize(
    ("level", "answers", "field", "sentence"),
    [
        ("low", {"from_score": "1"}, "from_score", "Begin with the level “Low” at a score of 0"),
        (
            "high",
            {"from_score": "4"},
            "from_score",
            "Enter a higher score for “High” than the 4 of “Medium”.",
        ),
        ("medium", {"min_people": "0"}, "min_people", "Enter the people who go, at least"),
    ],
)
def test_levels_of_risk_begin_at_nought_and_rise(admin, draft, level, answers, field, sentence):
    band = draft.riskbands.get(level=level)
    form = changed(admin, draft, "bands", band, **answers).context["form"]
    assert list(form.errors) == [field]
    assert form.errors[field][0].startswith(sentence) or "of 1 or more" in form.errors[field][0]


def test_levels_can_be_built_in_any_order_and_the_missing_one_is_still_to_do(admin, draft):
    draft.riskbands.all().delete()
    answers = {"level": "high", "from_score": "9", "min_people": "2", "checkin_repeat_minutes": "10"}
    assert admin.post(url("row_add", draft.pk, "bands"), answers).status_code == 302
    (todo,) = admin.get(url("version", draft.pk)).context["todo"]
    assert (todo.place, todo.url) == ("What a level of risk asks for", url("row_add", draft.pk, "bands"))


def test_briefing_that_is_asked_for_has_points(admin, draft):
    draft.briefingpoints.all().delete()
    (todo,) = admin.get(url("version", draft.pk)).context["todo"]
    assert todo.sentence.startswith("Add at least one point that visitors are briefed on")


@pytest.mark.clause("TC-042")
def test_trusts_paper_with_an_address_has_a_number(admin, draft):
    answers = {"kind": "behaviour", "title": "Behaviour", "url": "https://trust.example/b.pdf", "phase": ""}
    form = admin.post(url("row_add", draft.pk, "linked"), answers | {"number": ""}).context["form"]
    assert form.errors["number"][0].startswith("“Behaviour” has no number, so it is each school’s own")
    assert admin.post(url("row_add", draft.pk, "linked"), answers | {"number": "B1"}).status_code == 302


@pytest.mark.parametrize(
    ("rows", "manager"), [("briefing_staff", "briefingpoints"), ("threat", "guidanceitems")]
)
def test_rows_change_places(admin, draft, rows, manager):
    def order() -> list[int]:
        of = {"about": "staff"} if rows == "briefing_staff" else {"moment": rows}
        return list(getattr(draft, manager).filter(**of).values_list("pk", flat=True))

    first, second, *rest = order()
    admin.post(url("row_move", draft.pk, rows, second), {"to": "up"})
    assert order() == [second, first, *rest]
    admin.post(url("row_move", draft.pk, rows, second), {"to": "down"})
    assert order() == [first, second, *rest]
    admin.post(url("row_move", draft.pk, rows, first), {"to": "up"})
    assert order() == [first, second, *rest]


def test_extra_questions_change_places(admin, draft):
    admin.post(url("row_add", draft.pk, "extras"), NEW["extras"])
    first, second = draft.extrafields.all()
    admin.post(url("row_move", draft.pk, "extras", second.pk), {"to": "up"})
    assert list(draft.extrafields.all()) == [second, first]


def test_steps_of_a_ladder_are_moved_by_their_minutes_only(admin, draft):
    step = draft.laddersteps.first()
    assert admin.post(url("row_move", draft.pk, "safety", step.pk), {"to": "up"}).status_code == 404


def test_fields_of_a_schools_draft_show_the_trusts_floor(admin, cast, school_draft, draft):
    page = text(admin.get(url("edit", school_draft.pk, "going")))
    assert "The trust’s floor: 2 people. Yours may be more." in page
    assert "The trust’s floor" not in text(admin.get(url("edit", draft.pk, "going")))


def test_laxer_value_is_refused_beside_its_field_and_nothing_typed_is_lost(admin, school_draft):
    edit = url("edit", school_draft.pk, "out")
    form = admin.get(edit).context["form"]
    answers = form.initial | {"seen": form["seen"].initial, "wait_minutes": 25, "extension_max_minutes": 5}
    form = admin.post(edit, answers).context["form"]
    assert form.errors == {
        "wait_minutes": ["Your trust asks for at most 20 minutes (version 1). Enter 20 or less."]
    }
    assert form["extension_max_minutes"].value() == "5"


def test_laxer_row_is_refused_beside_its_field(admin, school_draft):
    rule = school_draft.trainingrules.get(code="violence_prevention")
    form = changed(admin, school_draft, "training", rule, strength="warn").context["form"]
    assert form.errors["strength"][0].endswith("asks for “Refuse” (version 1). Choose “Refuse”.")


def test_row_that_the_trust_asks_for_is_taken_over_as_it_stands(admin, cast, school_draft):
    school_draft.trainingrules.filter(code="violence_prevention").delete()
    page = admin.get(url("row_add", school_draft.pk, "training"))
    (missing,) = page.context["trusts_rows"]
    assert "In the trust’s policy, not in yours" in text(page)
    admin.post(url("row_restore", school_draft.pk, "training", missing.pk))
    assert school_draft.trainingrules.get(code="violence_prevention").clauses == ["TC-180"]


def test_row_of_some_other_version_is_not_taken_over(admin, cast, school_draft):
    RiskBand.objects.filter(policy=school_draft).delete()
    stranger = publishing.start_draft(
        trust=cast.trust, school=cast.other_school, by=cast.admin, now=app_now(), based_on=cast.policy
    )
    other = stranger.riskbands.first()
    assert admin.post(url("row_restore", school_draft.pk, "bands", other.pk)).status_code == 404


def test_draft_below_the_floor_lists_what_is_to_do_and_is_raised_by_one_button(admin, cast, school_draft):
    Policy.objects.filter(pk=school_draft.pk).update(min_people=1)
    school_draft.trainingrules.all().delete()
    page = admin.get(url("version", school_draft.pk))
    assert [item.place for item in page.context["todo"]] == [
        "Who goes: Members of staff who go, at least",
        "Training",
        "Training",
        "Training",
    ]
    assert "Raise all to the trust’s floor" in text(page)
    raised = admin.post(url("lift", school_draft.pk), follow=True)
    assert raised.context["todo"] == []
    assert school_draft.trainingrules.count() == cast.policy.trainingrules.count()


@pytest.mark.parametrize("part", ["settings", "bands"])
def test_what_no_setting_changes_is_said_on_the_settings_tab(admin, cast, part):
    page = text(admin.get(url("version", cast.policy.pk), {"part": part}))
    said = ["Nobody decides on their own visit.", "Nobody who is out on a visit answers its alarm."]
    assert [sentence in page for sentence in said] == [part == "settings"] * 2
