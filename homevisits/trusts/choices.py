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


class DbsLevel(models.TextChoices):
    BASIC = "basic", "Basic"
    STANDARD = "standard", "Standard"
    ENHANCED = "enhanced", "Enhanced"
    ENHANCED_BARRED = "enhanced_barred", "Enhanced with barred lists"


class CodeWordRule(models.TextChoices):
    NO = "no", "Not used"
    PAIRS = "pairs", "When two or more go"
    ALWAYS = "always", "Always"


class CodeWordScope(models.TextChoices):
    EITHER = "either", "The school's, or one for the visit"
    SCHOOL = "school", "One for the whole school"
    VISIT = "visit", "One for each visit"


class IdShown(models.TextChoices):
    NEVER = "never", "Not asked for"
    FIRST = "first", "On the first visit to a home"
    ALWAYS = "always", "On every visit"


class InviterRule(models.TextChoices):
    ANY = "any", "Any responsible adult"
    DELEGATED = "delegated", "A parent, or an adult whom a parent has named"
    PARENT = "parent", "A parent or carer"


class UpstairsRule(models.TextChoices):
    FREE = "free", "No rule"
    ACCOMPANIED = "accompanied", "Only with a responsible adult, where it is safe and necessary"
    NEVER = "never", "Never"


class BedroomRule(models.TextChoices):
    FREE = "free", "No rule"
    NO_ALTERNATIVE = "no_alternative", "Only where there is no other suitable space"
    NEVER = "never", "Never"


class OverlayEntry(models.TextChoices):
    LIFE_AT_RISK = "life_at_risk", "Only when a life is at risk"
    NEVER = "never", "Never"


class Publication(models.TextChoices):
    INTERNAL = "internal", "Staff only"
    WEBSITE = "website", "Anybody, on the website"


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
    TEXT = "text", "Text message"
    PUSH = "push", "On an installed phone"
    CALL = "call", "A call by somebody here"


def usual_channels(ladder: str, *, is_everybody: bool) -> list[str]:
    """How a step tells people where nothing else is said: quiet ways first, every way at the last step.

    Where somebody may not be safe a phone buzzes at once; only the step that tells everybody has
    people rung. What merely waits for somebody buzzes no phone by text.
    """
    quiet: list[str] = [Channel.IN_APP, Channel.EMAIL]
    if ladder != Ladder.SAFETY:
        return [*quiet, Channel.PUSH]
    loud = [*quiet, Channel.TEXT, Channel.PUSH]
    return [*loud, Channel.CALL] if is_everybody else loud


class HomeSafeRule(models.TextChoices):
    """After which visits somebody who goes straight home says once more that they are there."""

    OFF = "off", "Not asked for"
    LONE = "lone", "After going alone, or outside school hours"
    ALWAYS = "always", "After every visit"


class PoliceNumber(models.TextChoices):
    """Which number the sheet for the police names first; danger to life is always 999."""

    EMERGENCY = "999", "999"
    OTHER = "101", "101, and 999 in danger"


class Moment(models.TextChoices):
    """When a piece of guidance is shown."""

    ASK = "ask", "Asking for a visit"
    DECIDE = "decide", "Deciding"
    PREPARE = "prepare", "Preparing"
    DEPART = "depart", "Before you leave school"
    ARRIVE = "arrive", "At the door"
    HOME = "home", "In the home"
    THREAT = "threat", "If something goes wrong"
    LEAVE = "leave", "Leaving"
    AFTER = "after", "Afterwards"
    RECORD = "record", "Writing the record"
    KEEP = "keep", "Keeping the policy"


class TrainingFor(models.TextChoices):
    """Whom a training rule is about."""

    EACH = "each", "Everybody who goes"
    ONE = "one", "At least one who goes"


class BriefingFor(models.TextChoices):
    """Which of the two lists of points a briefing point stands on."""

    STAFF = "staff", "Staff"
    EWO = "ewo", "The EWO"


class RiskLevel(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class Paper(models.TextChoices):
    """Other policies that a home-visit policy stands beside."""

    LONE_WORKING = "lone_working", "Lone working"
    CONDUCT = "conduct", "Staff code of conduct"
    DRIVING = "driving", "Driving at work"
    SAFEGUARDING = "safeguarding", "Child protection and safeguarding"
    ALLEGATIONS = "allegations", "Allegations against staff"
    INTERVENTION = "intervention", "Physical intervention"
    LOW_LEVEL = "low_level", "Low-level concerns"
    ATTENDANCE = "attendance", "Attendance"
    BEHAVIOUR = "behaviour", "Behaviour"
    RISK_TEMPLATE = "risk_template", "Risk assessment form"
    OTHER = "other", "Other"
