"""What people do at their screens, in their words: sign in, ask, decide, log, leave, come back, record."""

import datetime as dt
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homevisits.clock import local
from tests.browser.screens import problems

if TYPE_CHECKING:
    from playwright.sync_api import APIResponse, Page


def at(moment: dt.datetime) -> str:
    """A moment as the pages show it: "10:04"."""
    return f"{local(moment):%H:%M}"


def press(page: "Page", name: str) -> None:
    """Press a button, or follow a link that looks like one."""
    button = page.get_by_role("button", name=name, exact=True)
    button.or_(page.get_by_role("link", name=name, exact=True)).last.click()


def send(page: "Page", name: str) -> None:
    """Press a button and wait for the page that answers."""
    with page.expect_navigation():
        press(page, name)


def refused(page: "Page", name: str) -> list[str]:
    """Press a button too early: the sentences with which the page refuses."""
    send(page, name)
    return problems(page)


def choose(page: "Page", question: str, answer: str) -> None:
    """Choose one of the large cards under a question."""
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).first.check()


# --- Signing in ---------------------------------------------------------------------------------


def sign_in(page: "Page", email: str, password: str) -> None:
    """Type address and password, as everybody does in the morning."""
    page.goto("/accounts/login/")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    send(page, "Sign in")


# --- Asking -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """What somebody asks for, in the words of the pages."""

    pupil: str
    reason: str
    colleagues: tuple[str, ...] = ()
    lead: str = ""
    lone_reason: str = ""
    explained: str = ""
    start: str = "10:40"
    told_whom: str = "Maria Novak, mother"
    purpose: str = "Understand why mornings are hard and agree a plan with the family."
    necessary: str = "Two meetings in school were offered and missed."


def ask_for_visit(page: "Page", request: Request) -> str:
    """From "my day" through every step to "your request is sent"; gives back the reference."""
    start_request(page, request.pupil)
    answer_until_people(page, request)
    say_who(page, request)
    go_on(page, "check")
    return send_request(page)


def answer_until_people(page: "Page", request: Request) -> None:
    """Every step from the reason to the times; "who goes" is open then."""
    say_why(page, request)
    go_on(page, "told")
    say_told(page, request)
    go_on(page, "where")
    go_on(page, "when")
    say_when(page, request)
    go_on(page, "people")


def start_request(page: "Page", pupil: str) -> str:
    """Find the pupil and begin with what is known; the reference of the draft."""
    page.goto("/")
    press(page, "Ask for a visit")
    page.get_by_label("Name of the pupil").fill(pupil)
    send(page, "Find")
    page.locator(".queue-item", has_text=pupil).click()
    press(page, "Start the request")
    page.wait_for_url(re.compile("/request/reason/"))
    return reference(page)


def go_on(page: "Page", step: str) -> None:
    """Continue, and arrive at the step that follows."""
    press(page, "Continue")
    page.wait_for_url(re.compile(f"/request/{step}/"))


def say_why(page: "Page", request: Request) -> None:
    page.get_by_label(request.reason, exact=True).check()
    if request.explained:
        page.get_by_label("Explain it in a sentence").locator("visible=true").fill(request.explained)
    page.get_by_label("What is the visit for?").fill(request.purpose)
    page.get_by_label("Why is a home visit necessary?").fill(request.necessary)


def say_told(page: "Page", request: Request) -> None:
    page.get_by_label("Yes, we rang").check()
    page.get_by_label("Who was told?").locator("visible=true").fill(request.told_whom)
    agreed = page.get_by_label("They agreed to the visit").locator("visible=true")
    if agreed.count():
        agreed.check()


def say_when(page: "Page", request: Request) -> None:
    """Today, at a time that lies ahead, whatever the page proposes."""
    page.get_by_label("Day", exact=True).fill("2026-11-26")
    page.get_by_label("You arrive at").fill(request.start)


def say_who(page: "Page", request: Request) -> None:
    colleagues = page.get_by_role("group", name="Colleagues")
    for box in colleagues.locator("input:checked").all()[1:]:  # whom the policy would have lead
        box.uncheck()
    for name in request.colleagues:
        colleagues.get_by_label(name, exact=True).check()
    lead = {"label": request.lead} if request.lead else {"index": 0}
    page.get_by_label("Who leads?").select_option(**lead)
    worse = page.get_by_role("group", name="Could two people make it worse?")
    if worse.count():
        worse.get_by_label("No", exact=True).check()
    if request.lone_reason:
        reason = page.locator("[name=lone_reason]")
        if not reason.is_visible():
            page.locator("summary", has_text="Fewer").click()
        reason.fill(request.lone_reason)


def send_request(page: "Page") -> str:
    """Send it, and see that it was; the reference."""
    press(page, "Send the request")
    page.wait_for_url(re.compile("/sent/"))
    return reference(page)


def reference(page: "Page") -> str:
    """The visit that a page is about, by its address."""
    return page.url.split("/visits/")[1].split("/")[0]


# --- Risks --------------------------------------------------------------------------------------


def assess_risk(page: "Page", ref: str, *, lone: str = "") -> None:
    """Write the risk assessment, and how going alone is made safe."""
    page.goto(f"/visits/{ref}/risk/")
    page.get_by_label("Low", exact=True).check()
    page.get_by_label("Which risks are there, and").fill("Known family, a quiet street, daylight.")
    if lone:
        page.get_by_label("What is done about it").locator("visible=true").fill(lone)
    send(page, "Keep the risk assessment")
    assert page.locator("[data-error-summary]").count() == 0
    if lone:
        page.goto(f"/visits/{ref}/risk/lone/")
        page.get_by_label("How is going alone made safe?").fill(lone)
        send(page, "Keep the lone-working assessment")


def confirm_safeguarding(page: "Page", ref: str) -> None:
    """The EWO's own word, where no head decides."""
    page.goto(f"/visits/{ref}/")
    send(page, "Safeguarding arrangements are in place")


# --- Deciding -----------------------------------------------------------------------------------


def open_request(page: "Page", ref: str) -> None:
    """Open a request from the list of what waits."""
    page.goto("/dashboard/")
    page.locator(".queue-item", has_text=ref).click()
    page.locator("article", has_text=ref).wait_for()


def decide(page: "Page", ref: str, reason: str, *, answer: str = "Authorise", lone: str = "") -> None:
    """Open a request, answer it, and see that the answer is kept."""
    open_request(page, ref)
    fill_decision(page, reason, lone=lone)
    press(page, answer)
    page.wait_for_url(re.compile("/decided/"))


def fill_decision(page: "Page", reason: str, *, lone: str = "") -> None:
    """Fill in what the policy asks to confirm and the reason, and leave it there."""
    form = page.locator("form.decide-form")
    for statement in (
        "The visit is necessary",
        "The visit is in the pupil’s best interests",
        "Safeguarding arrangements are in place",
    ):
        box = form.get_by_label(statement, exact=True)
        if box.count():
            box.check()
    if lone:
        form.get_by_label(re.compile("^Going alone")).check()
        form.get_by_label("Why is going alone safe and appropriate?").fill(lone)
    form.get_by_label("Your reason").fill(reason)


# --- The office ---------------------------------------------------------------------------------


def open_log(page: "Page", ref: str) -> None:
    """From the office's list to the log of one visit."""
    page.goto("/desk/")
    page.locator(f"[data-visit={ref}]").get_by_role("link", name="Log this visit").click()
    page.wait_for_url(re.compile("/log/"))


def fill_log(page: "Page", *, travel: str = "", caller: str = "", word: str = "") -> None:
    """How everybody travels, who rings, the code word: as far as the policy asks for them."""
    if travel:
        for group in page.get_by_role("group", name=re.compile("travel")).all():
            group.get_by_label(travel, exact=True).check()
    if caller:
        page.get_by_label("Who makes the check-in call?").select_option(label=caller)
    if word:
        page.get_by_label("Code word or phrase").fill(word)


def log(page: "Page", ref: str, *, travel: str = "", caller: str = "", word: str = "") -> None:
    """Log a visit from the office's list."""
    open_log(page, ref)
    fill_log(page, travel=travel, caller=caller, word=word)
    press(page, "Log this visit")
    page.get_by_text(f"{ref} is logged.").wait_for()


def mark_back(page: "Page", ref: str, name: str, how_known: str) -> None:
    """The office saw one person, or spoke to them."""
    page.goto(f"/visits/{ref}/back/")
    person = page.locator("section.panel", has=page.get_by_role("heading", name=name))
    person.get_by_label("How did you know that it was them?").fill(how_known)
    with page.expect_navigation():
        person.get_by_role("button").click()


# --- Briefing -----------------------------------------------------------------------------------


def brief(page: "Page", ref: str) -> None:
    """Brief those who wait for this person's briefing, in the words that are on file."""
    page.goto(f"/visits/{ref}/briefing/")
    press(page, "They know these points")
    page.get_by_text("is told to read the briefing").wait_for()


def read_briefing(page: "Page", ref: str) -> None:
    """Read one's own briefing on the phone page, and confirm it."""
    open_phone(page, ref)
    press(page, "I have read this and know it")
    page.get_by_role("button", name="I have read this and know it").wait_for(state="detached")
    page.get_by_role("button", name="I am leaving now").wait_for()


# --- Out ----------------------------------------------------------------------------------------


def open_phone(page: "Page", ref: str) -> None:
    page.goto(f"/visits/{ref}/out/")


def tap(page: "Page", name: str, phase: str) -> None:
    """Press a button of the phone page, and see that the school's server took it."""
    press(page, name)
    page.locator(f"body[data-phase={phase}]").wait_for(state="attached")


def not_done(page: "Page", name: str) -> str:
    """Press a button of the phone page that cannot be: the sentence that says why."""
    press(page, name)
    said = page.locator(".note-late[role=alert]:not([hidden]) p").first
    said.wait_for()
    return said.inner_text().removeprefix("Not done. ")


def leave(page: "Page", ref: str) -> None:
    """Tick the whole checklist and go."""
    open_phone(page, ref)
    tick_all(page)
    tap(page, "I am leaving now", "on_the_way")


def tick_all(page: "Page") -> None:
    """Tick every line of the checklist."""
    for box in page.locator("form.leaving input[type=checkbox]").all():
        box.check()


def arrive(page: "Page") -> None:
    tap(page, "I have arrived", "at_the_door")


def go_in(page: "Page", adult: str) -> None:
    """Inside, at the invitation of an adult."""
    press(page, "We went in")
    choose(page, "Which adult invited you in?", adult)
    tap(page, "We are inside", "inside")


def say_fine(page: "Page", name: str = "I am fine") -> None:
    """A check-in: for oneself, or for all who are together."""
    press(page, name)
    page.locator(".said", has_text="Fine").wait_for()


def leave_home(page: "Page") -> None:
    tap(page, "Leaving now", "left")


def say_back(page: "Page", ref: str) -> None:
    """Back at school, on one's own phone."""
    open_phone(page, ref)
    tap(page, "I am back at school", "back")


def visit_home(page: "Page", ref: str, adult: str) -> None:
    """The whole way of one phone: leave, arrive, go in, be fine, leave the home, be back."""
    leave(page, ref)
    arrive(page)
    go_in(page, adult)
    say_fine(page)
    leave_home(page)
    say_back(page, ref)


# --- Afterwards ---------------------------------------------------------------------------------


def open_record(page: "Page", ref: str) -> None:
    page.goto(f"/visits/{ref}/record/")


def write_record(page: "Page") -> None:
    """Fill in every compulsory part and leave it there."""
    choose(page, "How did the visit go?", "The visit took place")
    people, agreed = page.locator("#people"), page.locator("#actions")
    people.get_by_label("Name", exact=True).first.fill("Maria Novak")
    people.get_by_label("Who they are to the pupil").first.fill("mother")
    choose(page, "Was the pupil seen?", "Yes, in the home")
    choose(page, "Was the pupil spoken to?", "Yes, with an adult there")
    page.get_by_label("What was talked about?").fill("Mornings, the bus, and who can help.")
    page.locator("#id_facts").fill("The pupil was dressed and had eaten. The bus pass ran out on Monday.")
    page.locator("#id_opinions").fill("The family wants to work with us.")
    agreed.get_by_label("What was agreed", exact=True).first.fill("Ring on Monday about the mornings")
    agreed.get_by_label("Who does it").first.fill("Pat Teacher")
    agreed.get_by_label("By when").first.fill("2026-12-10")
    choose(page, "Is there a safeguarding concern?", "No")
    for question in ("Did anybody of you go upstairs?", "Was anybody of you in a child’s bedroom?"):
        if page.get_by_role("group", name=question).count():
            choose(page, question, "No")
    page.get_by_role("group", name="Which file does the record go on?").get_by_role("radio").first.check()


def finish_record(page: "Page", ref: str) -> None:
    """Write the record and finish it."""
    open_record(page, ref)
    write_record(page)
    send(page, "Finish the record")
    page.get_by_text("The record is finished.").wait_for()


def pdf(page: "Page", path: str, patience: float = 60) -> "APIResponse":
    """A document, once it is made; the page that waits for it makes it where no worker does."""
    until = time.monotonic() + patience
    while True:
        reply = page.request.get(path)
        if reply.status != 202 or time.monotonic() > until:
            return reply
        page.wait_for_timeout(500)


def papers(page: "Page") -> list[str]:
    """The addresses of the PDFs that a visit's page offers."""
    return [link.get_attribute("href") or "" for link in page.get_by_role("link", name="(PDF)").all()]
