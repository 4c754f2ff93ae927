"""The scripts in a real browser: hold to send, the polling board, and pages without any script."""

import pytest
from playwright.sync_api import Page, expect

from homevisits.escalation.signs import Signs
from homevisits.look import context
from tests.homevisits.look.conftest import Reply, Shown

pytestmark = pytest.mark.browser
HELP = "button[data-hold]"


@pytest.fixture
def board(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The board while the timers run, its clock in the test's hands, answering 304 until told otherwise."""
    monkeypatch.setattr(context, "HEARTBEAT", lambda: Signs(1, 1))
    shown.page.clock.install()
    shown.page.add_init_script(
        "window.polls = 0; const real = window.fetch;"
        "window.fetch = (...all) => { window.polls += 1; return real(...all); };"
    )
    shown.open("/look/board/")
    return shown


def poll(board: Shown, reply: Reply, times: int = 1) -> Page:
    """Let the board ask so many times and take the answer."""
    board.site.rows = reply
    for _ in range(times):
        polls, asked = board.page.evaluate("window.polls"), len(board.site.asked)
        while board.page.evaluate("window.polls") == polls:
            board.page.clock.run_for(1000)
        while len(board.site.asked) == asked:  # the board's time stands still while the server is asked
            board.page.wait_for_timeout(20)
        board.page.wait_for_timeout(100)
    board.page.clock.run_for(1000)
    return board.page


def test_304_leaves_the_rows_and_updates_the_heartbeat(board: Shown) -> None:
    page = poll(board, Reply(html="<p id='first'>first</p>", etag='"one"'))
    page.evaluate("document.getElementById('first').marked = true")
    poll(board, Reply(304, age="7", etag='"one"'), times=2)
    assert board.site.asked[-1] == '"one"'
    assert page.evaluate("document.getElementById('first').marked") is True
    assert page.locator(".board-stale").count() == 0


def test_heartbeat_on_the_board_comes_from_each_reply(board: Shown) -> None:
    page = poll(board, Reply(304, age="7"))
    assert int(page.locator("[data-heartbeat-age]").get_attribute("data-heartbeat-age") or 0) >= 7


def test_200_swaps_the_rows_and_keeps_the_focus(board: Shown) -> None:
    page = poll(board, Reply(html="<a id='call' href='#x'>Call</a>"))
    page.locator("#call").focus()
    poll(board, Reply(html="<p>new</p><a id='call' href='#x'>Call again</a>", etag='"b"'))
    expect(page.locator("#call")).to_be_focused()
    expect(page.locator("#call")).to_have_text("Call again")


def test_scripts_in_the_rows_never_run(board: Shown) -> None:
    page = poll(board, Reply(html="<img src=x onerror='window.bad=1'><script>window.bad=1</script>ok"))
    assert page.evaluate("window.bad") is None


def test_board_is_loud_after_two_failed_polls_and_calm_again(board: Shown) -> None:
    page = poll(board, Reply(0))
    expect(page.locator(".board-stale")).to_have_count(0)
    poll(board, Reply(0))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("This board is not up to date: the server does not answer.")
    expect(page.locator("body.board-stale")).to_have_count(1)
    poll(board, Reply(html="<p>back</p>"))
    expect(page.locator(".board-stale")).to_have_count(0)


def test_error_pages_are_not_rows(board: Shown) -> None:
    page = poll(board, Reply(500, html="<p>broken</p>"), times=2)
    expect(page.locator("[data-rows] .board-row")).to_have_count(4)
    expect(page.get_by_role("alert")).to_contain_text("the server does not answer")


def test_board_says_when_the_timers_have_stopped(board: Shown) -> None:
    page = poll(board, Reply(304, age="16"))
    expect(page.get_by_role("alert")).to_contain_text("the timers have stopped")


def test_signed_out_board_says_so_and_shows_no_sign_in_in_its_rows(board: Shown) -> None:
    page = poll(board, Reply(302, location="/accounts/login/"))
    expect(page.get_by_role("alert")).to_contain_text("you have been signed out")
    expect(page.locator("[data-rows] .board-row")).to_have_count(4)


def test_new_alarm_is_read_aloud(board: Shown) -> None:
    page = poll(board, Reply(html='<section data-alarm="new" data-step="1">HV-1 is late</section>'))
    expect(page.locator("[data-announce]")).to_have_text("Alarm: HV-1 is late")


def test_countdown_ticks_from_the_server_s_time(board: Shown) -> None:
    late_by = board.page.locator('[data-visit="HV-7K3Q"] [data-left]')
    board.page.clock.run_for(3000)
    first = late_by.inner_text()
    board.page.clock.run_for(60_000)
    assert first[:4] == "+12:"
    assert late_by.inner_text() == first.replace("+12:", "+13:")


def hold(page: Page, milliseconds: int) -> None:
    page.locator(HELP).hover()
    page.mouse.down()
    page.wait_for_timeout(milliseconds)
    page.mouse.up()


def test_held_to_the_end_sends_held(shown: Shown) -> None:
    page = shown.open("/look/phone/")
    hold(page, 1900)
    page.wait_for_url("**/look/phone/**")
    expect(page).to_have_title("Taken")
    assert len(shown.site.posted) == 1
    assert "held=1" in shown.site.posted[0]


def test_tap_sends_without_held_so_that_the_server_asks_again(shown: Shown) -> None:
    page = shown.open("/look/phone/")
    page.locator(HELP).click()
    expect(page).to_have_title("Taken")
    assert "held" not in shown.site.posted[0]


@pytest.mark.parametrize(("milliseconds", "held"), [(1900, True), (200, False)])
def test_keyboard_holds_as_the_finger_does(shown: Shown, milliseconds: int, held: bool) -> None:
    page = shown.open("/look/phone/")
    page.locator(HELP).focus()
    page.keyboard.down("Enter")
    page.wait_for_timeout(milliseconds)
    page.keyboard.up("Enter")
    expect(page).to_have_title("Taken")
    assert len(shown.site.posted) == 1
    assert ("held=1" in shown.site.posted[0]) is held


def test_refused_page_puts_the_focus_on_its_summary(shown: Shown) -> None:
    page = shown.open("/look/question/")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Choose why the parents are not told first").click()
    expect(page.locator("#id_why_not_0")).to_be_focused()


def test_choice_reveals_and_hides_without_any_script(shown_without_scripts: Shown) -> None:
    page = shown_without_scripts.open("/look/question/")
    expect(page.locator("#div_id_why_not")).to_be_visible()
    page.get_by_label("Yes, we rang").check()
    expect(page.locator("#div_id_why_not")).to_be_hidden()
    page.get_by_label("No", exact=True).check()
    expect(page.locator("#div_id_why_not")).to_be_visible()


def test_board_refreshes_itself_without_any_script(shown_without_scripts: Shown) -> None:
    page = shown_without_scripts.open("/look/board/")
    assert page.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').count() == 1


def test_menu_opens_without_any_script(shown_without_scripts: Shown) -> None:
    page = shown_without_scripts.open("/look/")
    page.get_by_text("Menu", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
