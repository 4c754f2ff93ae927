"""The columns that moved to the home's assessment."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("visits", "0004_risks_move")]

    operations = [
        migrations.RemoveField(model_name="visit", name="risk_assessed_at"),
        migrations.RemoveField(model_name="visit", name="risk_assessed_by"),
        migrations.RemoveField(model_name="visit", name="risk_level"),
        migrations.RemoveField(model_name="visit", name="risk_text"),
    ]
