"""The catalogue of settings: sections, words, and which way is stricter."""

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models

from homevisits.trusts.catalogue import LAXEST, SECTIONS, SETTINGS, Stricter
from homevisits.trusts.policies import Policy

FITS = {
    Stricter.MORE: (models.IntegerField, models.TimeField),
    Stricter.LESS: (models.IntegerField, models.TimeField),
    Stricter.ON: models.BooleanField,
    Stricter.OFF: models.BooleanField,
    Stricter.FEWER: ArrayField,
    Stricter.WIDER: ArrayField,
    Stricter.RANKED: models.CharField,
    Stricter.FREE: models.Field,
}


@pytest.mark.parametrize("name", SETTINGS)
def test_strictness_fits_the_column(name):
    setting, column = SETTINGS[name], Policy._meta.get_field(name)
    assert isinstance(column, FITS[setting.stricter])


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.ranks])
def test_ranks_hold_every_choice_once(name):
    choices = [value for value, _ in Policy._meta.get_field(name).flatchoices]
    assert sorted(SETTINGS[name].ranks) == sorted(choices)


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.says])
def test_own_words_are_for_choices_that_exist(name):
    choices = {value for value, _ in Policy._meta.get_field(name).flatchoices}
    assert set(SETTINGS[name].says) == choices


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_has_a_section_a_label_and_help(name):
    setting = SETTINGS[name]
    assert setting in SECTIONS[setting.section].settings
    assert setting.label
    assert setting.help.endswith(".")


def test_numbers_say_their_unit():
    for name, setting in SETTINGS.items():
        if isinstance(Policy._meta.get_field(name), models.IntegerField):
            assert setting.unit, name


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.blank])
def test_blank_means_no_rule_or_names_a_setting_of_the_same_kind(name):
    blank = SETTINGS[name].blank
    assert blank == LAXEST or type(Policy._meta.get_field(blank)) is type(Policy._meta.get_field(name))
