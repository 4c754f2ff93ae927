"""Bringing in a file from upload to confirmation."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from homevisits.people.importing import spreadsheet
from homevisits.people.importing.models import HeaderMapping, Import
from homevisits.people.models import Pupil
from tests.cast import Cast
from tests.homevisits.people.pages.conftest import PUPILS_CSV, Things

SignIn = Callable[[str], Client]
BAD_ROW = "A801200005001,Hale,Noah,04/05/2018,3\n"


def upload(client: Client, cast: Cast, content: str | bytes = PUPILS_CSV, kind: str = "pupils") -> object:
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("list.csv", data, "text/csv")
    return client.post("/people/import/", {"kind": kind, "school": cast.school.pk, "file": file})


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


def test_known_headings_go_straight_to_the_dry_run(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    reply = upload(client, cast)
    waiting = Import.objects.get()
    assert reply.headers["Location"] == reverse("import", args=[waiting.pk])
    page = client.get(reply.headers["Location"])
    assert (page.context["summary"].added, Pupil.objects.count()) == (1, 0)


def test_confirmed_file_is_written_and_its_text_is_gone(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    upload(client, cast)
    waiting = Import.objects.get()
    client.post(reverse("import_confirm", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert (Pupil.objects.count(), waiting.text, waiting.summary["added"]) == (1, "", 1)
    assert "1 added, 0 changed, 0 as they were." in text(client.get(reverse("import", args=[waiting.pk])))


def test_confirming_twice_writes_once_and_says_so(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    upload(client, cast)
    address = reverse("import_confirm", args=[Import.objects.get().pk])
    client.post(address)
    page = client.post(address, follow=True)
    assert "This file is brought in already." in text(page)
    assert Pupil.objects.count() == 1


def test_unknown_heading_is_asked_about_once(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    strange = PUPILS_CSV.replace("Surname", "Nachname").replace("DOB", "Geb")
    reply = upload(client, cast, strange)
    waiting = Import.objects.get()
    assert reply.headers["Location"] == reverse("import_columns", args=[waiting.pk])
    form = client.get(reply.headers["Location"]).context["form"]
    assert [field.label for field in form] == ["UPN", "Nachname", "Forename", "Geb", "Year"]
    assert form["column_1"].help_text == "For example: Hale"
    columns = ["upn", "legal_last_name", "legal_first_name", "born_on", "year_group"]
    answers = {f"column_{number}": column for number, column in enumerate(columns)}
    client.post(reply.headers["Location"], answers)
    assert HeaderMapping.objects.get().columns["Nachname"] == "legal_last_name"
    again = upload(client, cast, strange)
    assert again.headers["Location"] == reverse("import", args=[Import.objects.latest("id").pk])


def test_columns_that_miss_something_are_refused(cast: Cast, things: Things, as_: SignIn) -> None:
    reply = as_("office").post(
        reverse("import_columns", args=[things.upload.pk]), {"column_0": "upn", "column_1": "upn"}
    )
    assert "The file has no column for Legal surname" in text(reply)
    assert "Two headings stand for UPN: keep one." in text(reply)


def test_errors_are_shown_with_their_lines(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    reply = upload(client, cast, PUPILS_CSV + BAD_ROW)
    page = text(client.get(reply.headers["Location"]))
    assert 'data-line="3"' in page
    assert "check letter does not fit" in page


def test_rows_with_errors_are_left_out_only_on_purpose(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    upload(client, cast, PUPILS_CSV + BAD_ROW)
    address = reverse("import_confirm", args=[Import.objects.get().pk])
    refused = client.post(address, follow=True)
    assert ("Nothing was written" in text(refused), Pupil.objects.count()) == (True, 0)
    client.post(address, {"leave_out_errors": "on"})
    assert Pupil.objects.count() == 1
    assert Import.objects.get().summary["left_out"] == 1


def test_dropped_file_is_forgotten(cast: Cast, things: Things, as_: SignIn) -> None:
    as_("office").post(reverse("import_drop", args=[things.upload.pk]))
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04", "an Excel workbook: open it and save it as CSV"),
        ("UPN\n", "no rows under its headings"),
        ("", "This file is empty: choose another"),
    ],
)
def test_unreadable_file_is_told_beside_the_field(
    cast: Cast, as_: SignIn, content: str | bytes, sentence: str
) -> None:
    reply = upload(as_("office"), cast, content)
    assert sentence in reply.context["form"].errors["file"][0]


def test_office_is_not_offered_staff_and_admin_is_not_offered_pupils(cast: Cast, as_: SignIn) -> None:
    def kinds(part: str) -> list[str]:
        form = as_(part).get("/people/import/").context["form"]
        return [value for value, _ in form.fields["kind"].choices]

    assert {"pupils", "contacts"} <= set(kinds("office"))
    assert "staff" not in kinds("office")
    assert kinds("admin") == ["staff"]


def test_file_for_another_school_is_refused(cast: Cast, as_: SignIn) -> None:
    file = SimpleUploadedFile("list.csv", PUPILS_CSV.encode())
    data = {"kind": "pupils", "school": cast.other_school.pk, "file": file}
    reply = as_("office").post("/people/import/", data)
    assert reply.context["form"].errors["school"] == ["Choose the school from the list"]
    assert not Import.objects.exists()


def test_strangers_file_runs_nothing_on_our_pages(cast: Cast, as_: SignIn) -> None:
    client, script = as_("office"), "<script>alert(1)</script>"
    reply = upload(client, cast, f"UPN,{script},Year\n{script},{script},5\n")
    columns = text(client.get(reply.headers["Location"]))
    dry_run = text(client.get(reverse("import", args=[Import.objects.get().pk])))
    assert (script in columns, script in dry_run) == (False, False)


def test_list_of_errors_opens_as_plain_text_in_a_spreadsheet(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    upload(client, cast, "UPN,Surname,Forename,DOB,Year\n=1+1,@x,-y,+z,=cmd\n")
    reply = client.get(reverse("import_problems", args=[Import.objects.get().pk]))
    cells = [cell for line in text(reply).splitlines()[1:] for cell in line.split(",")]
    assert reply.headers["Content-Disposition"] == 'attachment; filename="errors.csv"'
    assert not [cell for cell in cells if cell.lstrip('"').startswith(("=", "@", "+", "-"))]
    assert "'@x" in text(reply)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_begin_like_a_formula_are_disarmed(start: str) -> None:
    assert spreadsheet.safe_cell(f"{start}1+1") == f"'{start}1+1"


def test_template_is_read_back_without_help(cast: Cast, as_: SignIn) -> None:
    client = as_("office")
    head = text(client.get(reverse("import_template", args=["pupils"]))).removeprefix("\ufeff").strip()
    row = ["B801200005001", "Hale", "Ivy", "", "04/05/2016", "5"]
    cells = row + [""] * (len(head.split(",")) - len(row))
    reply = upload(client, cast, f"{head}\n{','.join(cells)}\n")
    assert reply.headers["Location"] == reverse("import", args=[Import.objects.get().pk])


def test_unknown_template_is_not_there(cast: Cast, as_: SignIn) -> None:
    assert as_("office").get("/people/import/template/ghosts.csv").status_code == 404


def test_page_opens_without_complaints_and_with_the_only_school_chosen(cast: Cast, as_: SignIn) -> None:
    form = as_("office").get("/people/import/").context["form"]
    assert (form.is_bound, form["school"].value()) == (False, cast.school.pk)


def test_nothing_sent_is_told_field_by_field(cast: Cast, as_: SignIn) -> None:
    errors = as_("office").post("/people/import/").context["form"].errors
    assert set(errors) == {"kind", "school", "file"}
