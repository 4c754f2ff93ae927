"""Who may see what was sent to others."""

from django.conf import settings

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName


def may_see_log(staff: Staff) -> bool:
    """The office for its school, the admin for the trust."""
    return staff.has_role(RoleName.OFFICE, RoleName.TRUST_ADMIN)


def may_see_kept(staff: Staff) -> bool:
    """Everybody where all people are made up; else an admin."""
    return not settings.PRODUCTION or staff.has_role(RoleName.TRUST_ADMIN)


def may_set_texts(staff: Staff) -> bool:
    """The trust admin: the account is the trust's, and it costs money."""
    return (RoleName.TRUST_ADMIN, None) in staff.held
