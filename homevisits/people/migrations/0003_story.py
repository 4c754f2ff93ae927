import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from homevisits.migrating import Together


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_initial'),
        ('trusts', '0002_policy_story'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='vehicle',
            options={'ordering': ['registration']},
        ),
        Together([
            migrations.AddField(
                model_name='contactlink',
                name='permission_note',
                field=models.CharField(blank=True, max_length=200, verbose_name='who gave permission, when and how'),
            ),
            migrations.AddField(
                model_name='vehicle',
                name='is_current',
                field=models.BooleanField(default=True, verbose_name='still used'),
            ),
        ]),
        migrations.CreateModel(
            name='PeopleEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.CharField(max_length=60)),
                ('number', models.PositiveBigIntegerField()),
                ('kind', models.CharField(max_length=40)),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('sentence', models.CharField(max_length=300)),
                ('detail', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('about', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='story', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people_events', to='trusts.school')),
                ('trust', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people_events', to='trusts.trust')),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'indexes': [models.Index(fields=['about', 'recorded_at'], name='people_peop_about_i_e975f9_idx')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='peopleevent_chain_number')],
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='faeeb84f39e32553f18032d40552b423c139d9a4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d2760', table='people_peopleevent', when='BEFORE'))],
            },
        ),
    ]
