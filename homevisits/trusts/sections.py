"""The settings of a policy as columns, section by section; `catalogue.toml` says what each means."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from homevisits.trusts.choices import (
    BedroomRule,
    CheckInColleague,
    CodeWordRule,
    CodeWordScope,
    DbsLevel,
    EwoRoute,
    FileChoice,
    HomeSafeRule,
    IdShown,
    InviterRule,
    LoneRule,
    OutOfHours,
    OverlayEntry,
    ParentNotice,
    PoliceNumber,
    Publication,
    RiskRule,
    Strength,
    UpstairsRule,
)
from homevisits.trusts.columns import minutes_field, roles_field, strength_field
from homevisits.trusts.roles import RoleName


class Authorising(models.Model):
    """Who authorises."""

    authorising_roles = roles_field()
    deputy_roles = roles_field()
    stand_in_roles = roles_field()
    ewo_route = models.CharField(max_length=8, choices=EwoRoute, default=EwoRoute.NONE)
    urgent_needs_authorisation = models.BooleanField(default=True)
    dsl_input = strength_field(Strength.OFF)
    confirm_necessary = models.BooleanField(default=False)
    confirm_best_interests = models.BooleanField(default=False)
    confirm_safeguarding = models.BooleanField(default=False)
    decision_minutes = minutes_field(240)
    decision_minutes_same_day = minutes_field(20)
    countersign_minutes = minutes_field(1440)
    material_change_minutes = minutes_field(30)
    fresh_sign_in_minutes = minutes_field(0)

    class Meta:
        abstract = True


class Going(models.Model):
    """Who goes, and what they must hold."""

    min_people = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    outsiders_count = models.BooleanField(default=False)
    lone_rule = models.CharField(max_length=12, choices=LoneRule, default=LoneRule.BY_DECISION)
    lone_roles = roles_field()
    lone_roles_ewo = roles_field()
    two_may_escalate = models.BooleanField(default=False)
    default_lead_role = models.CharField(max_length=20, choices=RoleName, blank=True, default="")
    interpreter_rule = strength_field(Strength.WARN)
    clash_rule = strength_field(Strength.WARN)
    dbs_rule = strength_field(Strength.WARN)
    dbs_level = models.CharField(max_length=16, choices=DbsLevel, default=DbsLevel.ENHANCED)
    phone_verified_rule = strength_field(Strength.WARN)
    policy_read_rule = strength_field(Strength.WARN)
    lone_paper_rule = strength_field(Strength.BLOCK)
    job_description_rule = strength_field(Strength.OFF)
    regular_visits = models.PositiveSmallIntegerField(default=6, validators=[MinValueValidator(1)])

    class Meta:
        abstract = True


class Purpose(models.Model):
    """What a request says, and whether parents know."""

    reasons_open = models.BooleanField(default=True)
    purpose_min_length = models.PositiveSmallIntegerField(default=20)
    why_necessary_required = models.BooleanField(default=True)
    parent_notice = models.CharField(max_length=10, choices=ParentNotice, default=ParentNotice.EXPECTED)
    grounds_open = models.BooleanField(default=True)
    attempts_within_days = models.PositiveSmallIntegerField(default=14)
    appointment_letter = models.BooleanField(default=False)
    child_transport_allowed = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Hours(models.Model):
    """Out of hours, evening and daylight."""

    out_of_hours = models.CharField(max_length=12, choices=OutOfHours, default=OutOfHours.WARN)
    responsible_contact_required = models.BooleanField(default=False)
    contact_must_acknowledge = models.BooleanField(default=True)
    earliest_start = models.TimeField(null=True, blank=True)
    evening_from = models.TimeField(null=True, blank=True)
    daylight_rule = strength_field(Strength.WARN)

    class Meta:
        abstract = True


class Risk(models.Model):
    """What is assessed, by whom, and for how long it holds."""

    risk_assessment = models.CharField(max_length=8, choices=RiskRule, default=RiskRule.FLAGGED)
    risk_assessor_roles = roles_field()
    risk_valid_days = models.PositiveSmallIntegerField(default=0)
    risk_reconfirmed = models.BooleanField(default=False)
    lone_assessment_required = models.BooleanField(default=True)
    arrival_look = strength_field(Strength.WARN)

    class Meta:
        abstract = True


class Briefed(models.Model):
    """What visitors are told before they go, and who makes sure of it."""

    briefing_rule = strength_field(Strength.OFF)
    briefing_roles = roles_field()
    briefing_roles_ewo = roles_field()

    class Meta:
        abstract = True


class Logging(models.Model):
    """What the office holds before anybody leaves."""

    phone_required = models.BooleanField(default=True)
    phone_reader_roles = roles_field()
    phone_reader_roles_ewo = roles_field()
    vehicle_required = models.BooleanField(default=True)
    insurance_rule = strength_field(Strength.OFF)
    id_card_carried = models.BooleanField(default=False)
    id_no_lanyard = models.BooleanField(default=False)
    id_card_shown = models.CharField(max_length=6, choices=IdShown, default=IdShown.NEVER)
    code_word = models.CharField(max_length=8, choices=CodeWordRule, default=CodeWordRule.ALWAYS)
    code_word_scope = models.CharField(max_length=6, choices=CodeWordScope, default=CodeWordScope.EITHER)
    code_word_days = models.PositiveSmallIntegerField(default=0)
    pin_rule = strength_field(Strength.WARN)
    checkin_colleague = models.CharField(
        max_length=14, choices=CheckInColleague, default=CheckInColleague.WHERE_POSSIBLE
    )
    appointment_form_required = models.BooleanField(default=True)
    feed_addresses = models.BooleanField(default=False)
    duty_rule = strength_field(Strength.BLOCK)
    responder_verified_rule = strength_field(Strength.WARN)
    depart_early_minutes = minutes_field(30)

    class Meta:
        abstract = True


class Out(models.Model):
    """Timers while people are out, minutes unless said otherwise."""

    departure_grace_minutes = minutes_field(10)
    arrival_grace_minutes = minutes_field(10)
    default_visit_minutes = minutes_field(45)
    checkin_after_start_minutes = minutes_field(10)
    checkin_answer_minutes = minutes_field(5)
    checkin_repeat_minutes = minutes_field(0)
    wait_minutes = minutes_field(20)
    wait_ends_visit = models.BooleanField(default=False)
    extension_max_minutes = minutes_field(60)
    extension_max_times = models.PositiveSmallIntegerField(default=2)
    nudge_minutes = minutes_field(5)
    next_step_minutes = minutes_field(60)
    position_with_help = models.BooleanField(default=False)
    position_on_arrival = models.BooleanField(default=False)

    class Meta:
        abstract = True


class Late(models.Model):
    """When somebody is late."""

    overdue_grace_minutes = minutes_field(15)
    owner_quiet_minutes = minutes_field(10, validators=[MaxValueValidator(60)])
    last_step_repeat_minutes = minutes_field(5, validators=[MinValueValidator(1), MaxValueValidator(30)])
    police_after_minutes = minutes_field(30)
    police_roles = roles_field()
    police_number = models.CharField(max_length=3, choices=PoliceNumber, default=PoliceNumber.EMERGENCY)
    debrief_roles = roles_field()
    debrief_hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1)])
    false_alarm_percent = models.PositiveSmallIntegerField(default=20, validators=[MaxValueValidator(100)])
    drill_each_term = models.BooleanField(default=True)

    class Meta:
        abstract = True


class Home(models.Model):
    """At the door and in the home, and coming back."""

    adult_must_invite = models.BooleanField(default=True)
    inviter_rule = models.CharField(max_length=9, choices=InviterRule, default=InviterRule.ANY)
    animals_end_visit = models.BooleanField(default=False)
    upstairs_rule = models.CharField(max_length=11, choices=UpstairsRule, default=UpstairsRule.FREE)
    bedroom_rule = models.CharField(max_length=14, choices=BedroomRule, default=BedroomRule.FREE)
    child_alone_roles = roles_field()
    child_alone_police_first = models.BooleanField(default=False)
    calling_card = models.BooleanField(default=True)
    leaving_by_phone_allowed = models.BooleanField(default=True)
    home_safe_rule = models.CharField(max_length=6, choices=HomeSafeRule, default=HomeSafeRule.OFF)
    home_safe_minutes = minutes_field(60, validators=[MinValueValidator(1)])
    told_roles = roles_field()
    told_roles_ewo = roles_field()

    class Meta:
        abstract = True


class Tutoring(models.Model):
    """Tuition at home."""

    tutoring_briefing_required = models.BooleanField(default=True)
    tutoring_letter_required = models.BooleanField(default=True)
    tutoring_adult_required = models.BooleanField(default=True)
    tutoring_door_open = models.BooleanField(default=True)
    tutoring_bedroom_rule = models.CharField(
        max_length=14, choices=BedroomRule, default=BedroomRule.NO_ALTERNATIVE
    )

    class Meta:
        abstract = True


class Infection(models.Model):
    """What holds at a school while its infection overlay is switched on."""

    overlay_entry = models.CharField(max_length=12, choices=OverlayEntry, default=OverlayEntry.LIFE_AT_RISK)
    overlay_distance_metres = models.PositiveSmallIntegerField(default=2)
    overlay_no_lifts = models.BooleanField(default=True)
    overlay_ask_symptoms = models.BooleanField(default=True)

    class Meta:
        abstract = True


class Record(models.Model):
    """The record, concerns and what was agreed."""

    record_due_hours = models.PositiveSmallIntegerField(default=24)
    record_reader_roles = roles_field()
    welfare_pupil_seen_required = models.BooleanField(default=True)
    file_choices = ArrayField(models.CharField(max_length=20, choices=FileChoice), default=list, blank=True)
    concern_read_minutes = minutes_field(15)
    agreements_shared_with = roles_field()
    retention_years = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True


class Absence(models.Model):
    """Absences that suggest a visit; 0 switches a suggestion off."""

    after_holiday_days = models.PositiveSmallIntegerField(default=0)
    illness_days = models.PositiveSmallIntegerField(default=3)
    illness_interval_days = models.PositiveSmallIntegerField(default=0)
    no_contact_days = models.PositiveSmallIntegerField(default=3)
    absence_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])

    class Meta:
        abstract = True


class Upkeep(models.Model):
    """Keeping the policy true: reviews, who is told of changes, who has read it."""

    review_months = models.PositiveSmallIntegerField(default=12, validators=[MinValueValidator(1)])
    review_reminder_days = models.PositiveSmallIntegerField(default=60)
    publication = models.CharField(max_length=8, choices=Publication, default=Publication.INTERNAL)
    change_roles = roles_field()
    cascade_days = models.PositiveSmallIntegerField(default=7, validators=[MinValueValidator(1)])
    read_days = models.PositiveSmallIntegerField(default=14, validators=[MinValueValidator(1)])

    class Meta:
        abstract = True
