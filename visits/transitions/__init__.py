"""The one door through which a visit changes. Nothing else writes a visit's state or its events."""

from visits.transitions.afterwards import report_afterwards
from visits.transitions.asking import keep_draft, note_attempt, start_draft, submit
from visits.transitions.assessing import assess_lone, assess_risk, confirm_risk, say_new_risk
from visits.transitions.assuring import acknowledge_contact, confirm_safeguarding, look_afterwards
from visits.transitions.briefing import acknowledge_briefing, ask_for_background, brief, give_background
from visits.transitions.calling import hear_code_word
from visits.transitions.changing import amend, resume
from visits.transitions.debriefing import hold_debrief
from visits.transitions.deciding import answer, ask_dsl, countersign
from visits.transitions.door import Refused, Stale
from visits.transitions.following import decide_welfare, name_next_step
from visits.transitions.going import (
    ask_for_help,
    check_in,
    depart,
    did_not_leave,
    say_arrived,
    say_left,
    say_no_answer,
    say_outcome,
    say_waiting,
)
from visits.transitions.handing import ask_colleague, hand_back
from visits.transitions.homeward import say_home
from visits.transitions.incidents import report_incident
from visits.transitions.intervening import read_interventions, write_intervention
from visits.transitions.lengthening import answer_time, ask_for_time, extend, want_time
from visits.transitions.looking import break_off, look_round, say_entered
from visits.transitions.noting import keep_position, say_note
from visits.transitions.office import Word, cancel, keep_log, log, retime
from visits.transitions.parents import note_contact, told_parents, word_letter
from visits.transitions.passing import accept_desk, decline_desk, desk_changed, offer_desk
from visits.transitions.policing import decide_police
from visits.transitions.returning import go_on, not_back_after_all, say_back
from visits.transitions.secret import PinNeeded, PinWrong
from visits.transitions.starting import ask_again, ask_for
from visits.transitions.tutoring import (
    agree_sanctions,
    answer_all,
    brief_series,
    end_series,
    report_misbehaviour,
    send_all,
    start_series,
    write_session,
)
from visits.transitions.withdrawing import withdraw
from visits.transitions.writing import keep_record, record

__all__ = [
    "PinNeeded",
    "PinWrong",
    "Refused",
    "Stale",
    "Word",
    "accept_desk",
    "acknowledge_briefing",
    "acknowledge_contact",
    "agree_sanctions",
    "amend",
    "answer",
    "answer_all",
    "answer_time",
    "ask_again",
    "ask_colleague",
    "ask_dsl",
    "ask_for",
    "ask_for_background",
    "ask_for_help",
    "ask_for_time",
    "assess_lone",
    "assess_risk",
    "break_off",
    "brief",
    "brief_series",
    "cancel",
    "check_in",
    "confirm_risk",
    "confirm_safeguarding",
    "countersign",
    "decide_police",
    "decide_welfare",
    "decline_desk",
    "depart",
    "desk_changed",
    "did_not_leave",
    "end_series",
    "extend",
    "give_background",
    "go_on",
    "hand_back",
    "hear_code_word",
    "hold_debrief",
    "keep_draft",
    "keep_log",
    "keep_position",
    "keep_record",
    "log",
    "look_afterwards",
    "look_round",
    "name_next_step",
    "not_back_after_all",
    "note_attempt",
    "note_contact",
    "offer_desk",
    "read_interventions",
    "record",
    "report_afterwards",
    "report_incident",
    "report_misbehaviour",
    "resume",
    "retime",
    "say_arrived",
    "say_back",
    "say_entered",
    "say_home",
    "say_left",
    "say_new_risk",
    "say_no_answer",
    "say_note",
    "say_outcome",
    "say_waiting",
    "send_all",
    "start_draft",
    "start_series",
    "submit",
    "told_parents",
    "want_time",
    "withdraw",
    "word_letter",
    "write_intervention",
    "write_session",
]
