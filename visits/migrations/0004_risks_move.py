"""Risks that stood on the visit itself become the first version of their home's assessment."""

from django.db import migrations


def move(apps, schema_editor):
    """One assessment a visit, oldest first, numbered by home and school."""
    Visit = apps.get_model("visits", "Visit")
    Assessment = apps.get_model("visits", "RiskAssessment")
    numbers = {}
    assessed = Visit.objects.filter(risk_assessed_at__isnull=False, risk_assessed_by__isnull=False)
    for visit in assessed.order_by("risk_assessed_at"):
        home = (visit.household_id, visit.school_id)
        numbers[home] = numbers.get(home, 0) + 1 if visit.household_id else 1
        visit.risk = Assessment.objects.create(
            household_id=visit.household_id,
            address="" if visit.household_id else visit.address or "Not written down",
            school_id=visit.school_id,
            number=numbers[home],
            level=visit.risk_level or "low",
            text=visit.risk_text,
            assessed_by_id=visit.risk_assessed_by_id,
            assessed_at=visit.risk_assessed_at,
        )
        visit.risk_confirmed_by_id = visit.risk_assessed_by_id
        visit.risk_confirmed_at = visit.risk_assessed_at
        visit.save(update_fields=["risk", "risk_confirmed_by", "risk_confirmed_at"])


class Migration(migrations.Migration):

    dependencies = [("visits", "0003_policy_in_full")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
