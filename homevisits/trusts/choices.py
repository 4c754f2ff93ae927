"""The answers that a policy's settings may have."""

from django.db import models


class EwoRoute(models.TextChoices):
    NONE = "none", "The EWO's visits are authorised like any other"
    EXEMPT = "exempt", "A visit the EWO initiates or attends needs no head's authorisation"


class LoneRule(models.TextChoices):
    NEVER = "never", "Nobody goes alone"
    BY_DECISION = "by_decision", "Only by a separate decision with a reason"
    ALLOWED = "allowed", "Allowed"


class ParentNotice(models.TextChoices):
    EXPECTED = "expected", "Parents are told first wherever possible"
    AGREED = "agreed", "Parents have agreed to the visit"


class OutOfHours(models.TextChoices):
    ALLOWED = "allowed", "Allowed"
    WARN = "warn", "Advised against"
    EXCEPTIONAL = "exceptional", "Only if absolutely necessary with no reasonable alternative"


class RiskRule(models.TextChoices):
    NEVER = "never", "Not asked for in writing"
    FLAGGED = "flagged", "When a risk is known"
    ALWAYS = "always", "For every visit"


class Strength(models.TextChoices):
    OFF = "off", "Not asked for"
    WARN = "warn", "Warn"
    BLOCK = "block", "Refuse"


class CodeWordRule(models.TextChoices):
    NO = "no", "Not used"
    PAIRS = "pairs", "When two or more go"
    ALWAYS = "always", "Always"


class CheckInColleague(models.TextChoices):
    REQUIRED = "required", "Always named"
    WHERE_POSSIBLE = "where_possible", "Named, or a reason why not"
    OFF = "off", "Not named: the office calls"


class FileChoice(models.TextChoices):
    SAFEGUARDING = "safeguarding", "Safeguarding file"
    ATTENDANCE = "attendance", "Attendance file"
    PUPIL = "pupil", "Pupil file"


class Unannounced(models.TextChoices):
    YES = "yes", "Yes"
    ON_GROUNDS = "grounds", "Only with a stated ground"
    NO = "no", "No, by appointment"


class DslPart(models.TextChoices):
    NONE = "none", "Not involved"
    ASKED = "asked", "May be asked for a view"
    TOLD = "told", "Told"
    TAKES_PART = "takes_part", "Normally takes part"
    LEADS = "leads", "DSL or EWO leads"
    CO_AUTHORISES = "co_authorises", "Must agree"


class Ladder(models.TextChoices):
    SAFETY = "safety", "Somebody may not be safe"
    DECISION = "decision", "A request waits for a decision"
    CONCERN = "concern", "A concern has not been read"


class Channel(models.TextChoices):
    IN_APP = "in_app", "In the product"
    EMAIL = "email", "E-mail"


class Moment(models.TextChoices):
    """When a piece of guidance is shown."""

    PREPARE = "prepare", "Preparing"
    DEPART = "depart", "Before you leave school"
    ARRIVE = "arrive", "At the door"
    HOME = "home", "In the home"
    THREAT = "threat", "If something goes wrong"
    LEAVE = "leave", "Leaving"
    AFTER = "after", "Afterwards"
    RECORD = "record", "Writing the record"
