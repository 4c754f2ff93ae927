"""The parts that people play, as policies name them."""

from django.db import models


class RoleName(models.TextChoices):
    """What somebody is at a school, or for the whole trust."""

    VISITOR = "visitor", "Visiting staff"
    ATTENDANCE_OFFICER = "attendance_officer", "Attendance officer"
    EWO = "ewo", "Education Welfare Officer"
    OFFICE = "office", "Office"
    ATTENDANCE_LEAD = "attendance_lead", "Attendance lead"
    DSL = "dsl", "Designated Safeguarding Lead"
    DEPUTY_DSL = "deputy_dsl", "Deputy Designated Safeguarding Lead"
    SLT = "slt", "Senior leadership team"
    HEADTEACHER = "headteacher", "Headteacher"
    CEO = "ceo", "Executive Head / CEO"
    TRUST_ADMIN = "trust_admin", "Trust admin"


TRUST_WIDE = {RoleName.EWO, RoleName.CEO, RoleName.TRUST_ADMIN}
LEADERS = {RoleName.DSL, RoleName.DEPUTY_DSL, RoleName.SLT, RoleName.HEADTEACHER, RoleName.CEO}
SAFEGUARDING_TEAM = {RoleName.DSL, RoleName.DEPUTY_DSL}
