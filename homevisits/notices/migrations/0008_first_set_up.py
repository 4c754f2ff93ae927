from django.db import migrations, models
from django.db.models import F


def from_set_at(apps, schema_editor):
    apps.get_model('notices', 'TextAccount').objects.update(first_set_at=F('set_at'))


class Migration(migrations.Migration):

    dependencies = [('notices', '0007_trials_and_phones')]

    operations = [
        migrations.AddField('textaccount', 'first_set_at', models.DateTimeField(null=True)),
        migrations.RunPython(from_set_at, migrations.RunPython.noop),
        migrations.AlterField('textaccount', 'first_set_at', models.DateTimeField()),
    ]
