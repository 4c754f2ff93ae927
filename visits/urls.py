"""The visit's addresses, one line a screen."""

from django.urls import path, register_converter

from visits.views import (
    accounting,
    acting,
    afterwards,
    assuring,
    attempts,
    authorising,
    board,
    briefing,
    calling,
    changing,
    choosing,
    day,
    diary,
    handing,
    lessons,
    letters,
    office,
    out,
    papers,
    recording,
    requesting,
    telephoning,
    urgent,
    visit,
)


class Reference:
    """A visit's reference in an address: nothing else ever reaches a query."""

    regex = "[0-9A-Z-]{1,10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "ref")

urlpatterns = [
    path("", day.day, name="day"),
    path("board/", board.page, name="board"),
    path("board/rows/", board.rows, name="board_rows"),
    path("dashboard/", authorising.dashboard, name="dashboard"),
    path("desk/", office.desk, name="desk"),
    path("diary/", diary.page, name="diary"),
    path("diary/key/", diary.make_key, name="diary_key"),
    path("diary/key/drop/", diary.drop_key, name="diary_key_drop"),
    path("diary/<str:secret>.ics", diary.feed, name="diary_feed"),
    path("documents/<uuid:uuid>.pdf", papers.document, name="document"),
    path("tuition/", lessons.listed, name="lessons"),
    path("tuition/<int:pk>/", lessons.series, name="lessons_series"),
    path("tuition/<int:pk>/agree/", lessons.agree, name="lessons_agree"),
    path("tuition/<int:pk>/brief/", lessons.brief, name="lessons_brief"),
    path("tuition/<int:pk>/end/", lessons.end, name="lessons_end"),
    path("tuition/<int:pk>/send/", lessons.send, name="lessons_send"),
    path("tuition/new/<int:pk>/", lessons.new, name="lessons_new"),
    path("visits/new/", choosing.new, name="visit_new"),
    path("visits/attempts/<int:pk>/", attempts.attempts, name="attempts"),
    path("visits/afterwards/<int:pk>/", afterwards.report, name="visit_afterwards"),
    path("visits/unapproved/", afterwards.listed, name="visit_unapproved"),
    path("visits/urgent/<int:pk>/", urgent.urgent, name="visit_urgent"),
    path("visits/<ref:ref>/", visit.visit, name="visit"),
    path("visits/<ref:ref>/again/", requesting.again, name="ask_again"),
    path("visits/<ref:ref>/appointment.pdf", papers.appointment, name="appointment_pdf"),
    path("visits/<ref:ref>/ask-dsl/", authorising.ask_dsl, name="decide_ask_dsl"),
    path("visits/<ref:ref>/background/", briefing.background, name="background"),
    path("visits/<ref:ref>/background/ask/", briefing.ask_background, name="background_ask"),
    path("visits/<ref:ref>/briefing/", briefing.briefing, name="briefing"),
    path("visits/<ref:ref>/briefing/read/", briefing.read, name="briefing_read"),
    path("visits/<ref:ref>/back/", accounting.back, name="desk_back"),
    path("visits/<ref:ref>/call/<int:attendee>/", calling.call, name="desk_call"),
    path("visits/<ref:ref>/cancel/", acting.cancel, name="cancel"),
    path("visits/<ref:ref>/cancelled/", acting.cancelled, name="cancelled"),
    path("visits/<ref:ref>/change/", changing.change, name="change"),
    path("visits/<ref:ref>/change/<slug:step>/", changing.change_step, name="change_step"),
    path("visits/<ref:ref>/code-word/", visit.code_word, name="code_word"),
    path("visits/<ref:ref>/colleague/", handing.colleague, name="ask_colleague"),
    path("visits/<ref:ref>/contact/", assuring.contact, name="contact_page"),
    path("visits/<ref:ref>/countersign/", telephoning.countersign, name="decide_countersign"),
    path("visits/<ref:ref>/decide/", authorising.decide, name="decide"),
    path("visits/<ref:ref>/decided/", authorising.done, name="decide_done"),
    path("visits/<ref:ref>/desk/left/", calling.act, {"what": "left"}, name="desk_left"),
    path("visits/<ref:ref>/desk/arrived/", calling.act, {"what": "arrived"}, name="desk_arrived"),
    path("visits/<ref:ref>/desk/time/", calling.more_time, name="desk_time"),
    path("visits/<ref:ref>/desk/not-left/", calling.not_left, name="desk_not_left"),
    path("visits/<ref:ref>/appointment-letter.pdf", papers.letter, name="letter_pdf"),
    path("visits/<ref:ref>/expectations.pdf", papers.expectations, name="expectations_pdf"),
    path("visits/<ref:ref>/letter/", letters.letter, name="letter"),
    path("visits/<ref:ref>/hand-back/", handing.hand_back, name="hand_back"),
    path("visits/<ref:ref>/log/", office.log, name="desk_log"),
    path("visits/<ref:ref>/not-back/", acting.not_back, name="not_back"),
    path("visits/<ref:ref>/out/", out.out, name="out"),
    path("visits/<ref:ref>/out/back/<int:attendee>/", out.back_for, name="out_back"),
    path("visits/<ref:ref>/out/depart/", out.depart, name="out_depart"),
    path("visits/<ref:ref>/out/entered/", out.entered, name="out_entered"),
    path("visits/<ref:ref>/out/help/", out.help_page, name="out_help"),
    path("visits/<ref:ref>/out/not-back/", out.not_back, name="out_not_back"),
    path("visits/<ref:ref>/out/not-left/", out.not_left, name="out_not_left"),
    path("visits/<ref:ref>/out/on/<ref:onward>/", out.go_on, name="out_on"),
    path("visits/<ref:ref>/out/outcome/", out.outcome, name="out_outcome"),
    path("visits/<ref:ref>/out/reminders/", out.reminders, name="out_reminders"),
    path("visits/<ref:ref>/out/say/<slug:what>/", out.say, name="out_say"),
    path("visits/<ref:ref>/out/time/", out.more_time, name="out_time"),
    path("visits/<ref:ref>/record/", recording.record, name="record"),
    path("visits/<ref:ref>/record.pdf", papers.record, name="record_pdf"),
    path("visits/<ref:ref>/request/", requesting.request_visit, name="request"),
    path("visits/<ref:ref>/request/check/", requesting.check, name="request_check"),
    path("visits/<ref:ref>/request/<slug:step>/", requesting.step, name="request_step"),
    path("visits/<ref:ref>/risk/", acting.risk, name="risk"),
    path("visits/<ref:ref>/session/", lessons.session, name="session"),
    path("visits/<ref:ref>/looked-at/", assuring.looked_at, name="looked_at"),
    path("visits/<ref:ref>/safeguarding/", assuring.safeguarding, name="safeguarding"),
    path("visits/<ref:ref>/sent/", requesting.sent, name="request_sent"),
    path("visits/<ref:ref>/telephone/", telephoning.telephone, name="decide_telephone"),
    path("visits/<ref:ref>/times/", changing.times, name="times"),
]
