"""Which of the visits' pages stand in a person's menu, and what waits in them."""

from typing import Any

from homevisits.look import menu
from homevisits.trusts.roles import RoleName


def sees_board(staff: Any) -> bool:
    """By role, or while standing in at a desk. At most one query."""
    from visits.board.scope import duties, watches_by_role

    return watches_by_role(staff) or duties(staff).exists()


def open_alarms(staff: Any) -> int:
    """How many alarms of the person's board nobody has resolved. One query."""
    from visits.board.scope import in_scope
    from visits.models import VisitAlarm

    unresolved = VisitAlarm.objects.unresolved().shown_to(staff)
    return unresolved.filter(visit__in=in_scope(staff).order_by().values("pk")).count()


def at_desk(staff: Any) -> bool:
    """Whether the office's list is this person's: by role, or while standing in. At most one query."""
    from visits.board.scope import duties

    return bool(staff.has_role(RoleName.OFFICE)) or (not staff.is_leader and duties(staff).exists())


def decides(staff: Any) -> bool:
    return bool(staff.is_leader)


def runs_drills(staff: Any) -> bool:
    from visits.drilling.models import RUNNERS

    return bool(staff.has_role(*RUNNERS))


def reads_reports(staff: Any) -> bool:
    from visits.alarm_report import READERS

    return bool(staff.has_role(*READERS))


def meets_pupils(staff: Any) -> bool:
    """Everybody but a trust admin, whose part needs no visit."""
    return any(role != RoleName.TRUST_ADMIN for role, _ in staff.held)


def register() -> None:
    """Called when the app starts."""
    menu.register("My day", "day", "sun", order=10)
    menu.register("Board", "board", "radio", shows=sees_board, badge=open_alarms, order=20)
    menu.register("Office", "desk", "list-checks", shows=at_desk, order=25)
    menu.register("Diary", "diary", "calendar-days", shows=meets_pupils, order=35)
    menu.register("Lessons at home", "lessons", "book-open", shows=meets_pupils, order=96)
    menu.register("Drills", "drills", "flag", shows=runs_drills, order=97)
    menu.register("How alarms turned out", "report_alarms", "chart-column", shows=reads_reports, order=98)
    menu.register("To decide", "dashboard", "gavel", shows=decides, order=30)
