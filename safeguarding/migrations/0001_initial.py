import django.core.serializers.json
import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0003_story'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('trusts', '0002_policy_story'),
        ('visits', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Concern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('facts', models.TextField(verbose_name='what you saw and heard')),
                ('opinion', models.TextField(blank=True, verbose_name='what you think it may mean')),
                ('is_serious', models.BooleanField(default=False, verbose_name='somebody may be in danger now')),
                ('services_called', models.CharField(blank=True, max_length=300, verbose_name='who was called first, when, and the reference')),
                ('happened_at', models.DateTimeField()),
                ('raised_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to=settings.AUTH_USER_MODEL)),
                ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='people.pupil')),
                ('received_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='trusts.school')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='visits.visit')),
            ],
            options={
                'ordering': ['-raised_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('received_at', None), ('received_by', None)), models.Q(('received_at__isnull', False), ('received_by__isnull', False)), _connector='OR'), name='concern_received_at_and_by'), models.CheckConstraint(condition=models.Q(('received_by', None), models.Q(('received_by', models.F('author')), _negated=True), _connector='OR'), name='concern_received_by_another')],
                'triggers': [pgtrigger.compiler.Trigger(name='concern_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='491e2d77cae0868a0d961527a7c5a9affd265abd', operation='DELETE', pgid='pgtrigger_concern_kept_f10ab', table='safeguarding_concern', when='BEFORE')), pgtrigger.compiler.Trigger(name='concern_words_stay', sql=pgtrigger.compiler.UpsertTriggerSql(func='RAISE EXCEPTION \'pgtrigger: Cannot update of "facts", "opinion", "author_id", "pupil_id", "raised_at" rows from % table\', TG_TABLE_NAME;', hash='47002958adab451ca834aaa830aa0fd179e6d70b', operation='UPDATE OF "facts", "opinion", "author_id", "pupil_id", "raised_at"', pgid='pgtrigger_concern_words_stay_f2018', table='safeguarding_concern', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='ConcernDeadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=24)),
                ('is_safety', models.BooleanField()),
                ('due_at', models.DateTimeField()),
                ('prompt_at', models.DateTimeField(blank=True, null=True)),
                ('next_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('live', 'Live'), ('met', 'Met'), ('cleared', 'No longer needed'), ('fired', 'Fired')], default='live', max_length=8)),
                ('nudges_left', models.PositiveSmallIntegerField(default=0)),
                ('nudge_minutes', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='safeguarding.concern')),
            ],
            options={
                'ordering': ['due_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'live')), fields=['next_at'], name='concerndeadline_live')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('concern', 'kind'), name='concern_deadline_one_live')],
                'triggers': [pgtrigger.compiler.Trigger(name='wakes_sentinel', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."next_at" IS NOT NULL)', func="PERFORM pg_notify('homevisits_due', ''); RETURN NULL;", hash='e7a2b7b060dc56a0867e6a96a748fad91a549a3c', operation='INSERT OR UPDATE OF "next_at"', pgid='pgtrigger_wakes_sentinel_a6601', table='safeguarding_concerndeadline', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ConcernAlarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=24)),
                ('state', models.CharField(choices=[('open', 'Nobody has taken this yet'), ('owned', 'Being dealt with'), ('resolved', 'Resolved')], default='open', max_length=8)),
                ('due_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('rung', models.PositiveSmallIntegerField(default=0)),
                ('round', models.PositiveIntegerField(default=0)),
                ('next_at', models.DateTimeField(blank=True, null=True)),
                ('owned_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('real', 'Real: help was needed'), ('late', 'Late, and safe'), ('false', 'False alarm'), ('drill', 'Drill')], max_length=8)),
                ('resolution', models.CharField(blank=True, max_length=500)),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='safeguarding.concern')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deadline', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alarm', to='safeguarding.concerndeadline')),
            ],
            options={
                'ordering': ['opened_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'resolved'), _negated=True), fields=['next_at'], name='concernalarm_next')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('owned_at', None), ('owner', None)), models.Q(('owned_at__isnull', False), ('owner__isnull', False)), _connector='OR'), name='concernalarm_owner_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False), ('state', 'resolved')), models.Q(models.Q(('state', 'resolved'), _negated=True), ('resolved_at', None), ('resolved_by', None)), _connector='OR'), name='concernalarm_resolved_and_by')],
                'triggers': [pgtrigger.compiler.Trigger(name='wakes_sentinel', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."next_at" IS NOT NULL)', func="PERFORM pg_notify('homevisits_due', ''); RETURN NULL;", hash='585b3aabc1b86ec7c0144a948be31d757b50da3c', operation='INSERT OR UPDATE OF "next_at"', pgid='pgtrigger_wakes_sentinel_9b227', table='safeguarding_concernalarm', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ConcernEvent',
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
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='safeguarding.concern')),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='concernevent_chain_number')],
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='55747ce27434fde9e95351c887b04d0567268051', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bd4c1', table='safeguarding_concernevent', when='BEFORE'))],
            },
        ),
    ]
