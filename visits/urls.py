"""The visit's addresses, one line a screen."""

from django.urls import path

from visits.views import accounting, authorising, board, calling, office, out, papers, recording, telephoning

urlpatterns = [
    path("board/", board.page, name="board"),
    path("board/rows/", board.rows, name="board_rows"),
    path("dashboard/", authorising.dashboard, name="dashboard"),
    path("desk/", office.desk, name="desk"),
    path("documents/<uuid:uuid>.pdf", papers.document, name="document"),
    path("visits/<str:ref>/appointment.pdf", papers.appointment, name="appointment_pdf"),
    path("visits/<str:ref>/ask-dsl/", authorising.ask_dsl, name="decide_ask_dsl"),
    path("visits/<str:ref>/back/", accounting.back, name="desk_back"),
    path("visits/<str:ref>/call/<int:attendee>/", calling.call, name="desk_call"),
    path("visits/<str:ref>/countersign/", telephoning.countersign, name="decide_countersign"),
    path("visits/<str:ref>/decide/", authorising.decide, name="decide"),
    path("visits/<str:ref>/decided/", authorising.done, name="decide_done"),
    path("visits/<str:ref>/desk/left/", calling.act, {"what": "left"}, name="desk_left"),
    path("visits/<str:ref>/desk/arrived/", calling.act, {"what": "arrived"}, name="desk_arrived"),
    path("visits/<str:ref>/desk/time/", calling.more_time, name="desk_time"),
    path("visits/<str:ref>/desk/<slug:what>/", calling.undo, name="desk_undo"),
    path("visits/<str:ref>/log/", office.log, name="desk_log"),
    path("visits/<str:ref>/out/", out.out, name="out"),
    path("visits/<str:ref>/out/back/<int:attendee>/", out.back_for, name="out_back"),
    path("visits/<str:ref>/out/depart/", out.depart, name="out_depart"),
    path("visits/<str:ref>/out/entered/", out.entered, name="out_entered"),
    path("visits/<str:ref>/out/help/", out.help_page, name="out_help"),
    path("visits/<str:ref>/out/not-back/", out.not_back, name="out_not_back"),
    path("visits/<str:ref>/out/not-left/", out.not_left, name="out_not_left"),
    path("visits/<str:ref>/out/on/<str:onward>/", out.go_on, name="out_on"),
    path("visits/<str:ref>/out/outcome/", out.outcome, name="out_outcome"),
    path("visits/<str:ref>/out/reminders/", out.reminders, name="out_reminders"),
    path("visits/<str:ref>/out/say/<slug:what>/", out.say, name="out_say"),
    path("visits/<str:ref>/out/time/", out.more_time, name="out_time"),
    path("visits/<str:ref>/record/", recording.record, name="record"),
    path("visits/<str:ref>/record.pdf", papers.record, name="record_pdf"),
    path("visits/<str:ref>/telephone/", telephoning.telephone, name="decide_telephone"),
]
