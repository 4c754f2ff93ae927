import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from homevisits import pdf

FETCHES = [
    "<img src='file:///etc/passwd' alt='x'>",
    "<img src='http://127.0.0.1:9/x.png' alt='x'>",
    "<img src='data:image/png;base64,AAAA' alt='x'>",
    "<img src='static:../../../../../etc/passwd' alt='x'>",
    "<img src='passwd.png' alt='x'>",
    "<link rel=attachment href='file:///etc/passwd'>",
    "<object data='file:///etc/passwd'></object>",
    "<p style='background: url(file:///etc/passwd)'>x</p>",
    "<style>@import url(file:///etc/passwd);</style>",
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>",
]


def page(body: str) -> str:
    return f"<!doctype html><html lang='en-GB'><head><title>A form</title></head><body>{body}</body></html>"


def test_render_gives_a_tagged_accessible_pdf() -> None:
    made = pdf.render(
        page("<h1>Out</h1><p>Leave at 09:55.</p><link rel='stylesheet' href='static:css/pdf.css'>")
    )
    reader = PdfReader(io.BytesIO(made))
    root = reader.trailer["/Root"]
    assert reader.pages[0].extract_text().split("\n") == ["Out", "Leave at 09:55.", "Page 1 of 1"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/StructTreeRoot"]["/K"][0]["/S"] == "/Document"
    assert re.search(rb"pdfuaid:part[^0-9]{1,3}1", root["/Metadata"].get_data())


@pytest.mark.parametrize("fetch", FETCHES)
def test_render_refuses_everything_that_is_not_our_own_static_file(fetch: str) -> None:
    with pytest.raises(pdf.Refused):
        pdf.render(page(f"<h1>Out</h1>{fetch}"))


def test_a_child_that_takes_too_long_is_killed() -> None:
    heavy = page("<p>A long page, and shallow: depth would fail at once instead.</p>" * 50_000)
    began = time.monotonic()
    with pytest.raises(pdf.NotMade, match="took longer than 1 seconds"):
        pdf.render(heavy, seconds=1)
    assert time.monotonic() - began < 10


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[int], None]:
    """Lets the child have only so many megabytes."""

    def bind(megabytes: int) -> None:
        small = tmp_path / "pdf.py"
        small.write_text(Path(pdf.__file__).read_text().replace("MEMORY = 512 *", f"MEMORY = {megabytes} *"))
        monkeypatch.setattr(pdf, "__file__", str(small))

    return bind


def test_a_child_that_needs_too_much_memory_is_stopped_and_its_end_is_logged(
    bound: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    bound(48)
    with pytest.raises(pdf.NotMade):
        pdf.render(page("<h1>Alex Ash</h1>"))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "ended with" in caplog.text
    assert "Alex" not in caplog.text


def test_the_threads_that_look_for_fonts_share_a_heap(bound: Callable[[int], None]) -> None:
    """With a heap for each they never fit into this, and now and then not into what a child really has."""
    bound(130)
    assert pdf.render(page("<h1>Out</h1><p>☎ <b>Now</b> <i>✓</i></p>"))


def test_the_child_gets_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    monkeypatch.setenv("DATABASE_URL", "canary")
    assert set(pdf._environment()) <= {*pdf.PASSED_ON, *pdf.ONE_HEAP}
    assert "canary" not in pdf._environment().values()


def test_find_stays_inside_the_static_folders(tmp_path) -> None:  # type: ignore[no-untyped-def]
    inside, outside = tmp_path / "static", tmp_path / "secret.css"
    inside.mkdir()
    (inside / "own.css").write_text("p {}")
    outside.write_text("p {}")
    (inside / "link.css").symlink_to(outside)
    found = [
        pdf.find(url, [inside])
        for url in ("static:own.css", "static:../secret.css", "static:link.css", "own.css")
    ]
    assert found == [inside / "own.css", None, None, None]
