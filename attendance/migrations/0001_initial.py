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
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('review_on', models.DateField()),
                ('state', models.CharField(choices=[('running', 'Running'), ('kept', 'Kept'), ('broken', 'Not kept')], default='running', max_length=7)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('made_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(blank=True, null=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='visits.agreedaction')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to=settings.AUTH_USER_MODEL)),
                ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='people.pupil')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='visits.visit')),
            ],
            options={
                'ordering': ['review_on', 'id'],
                'constraints': [models.UniqueConstraint(fields=('pupil', 'action'), name='agreement_once'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at', None), ('reviewed_by', None)), models.Q(('reviewed_at__isnull', False), ('reviewed_by__isnull', False)), _connector='OR'), name='agreement_reviewed_at_and_by')],
            },
        ),
        migrations.CreateModel(
            name='AgreementDeadline',
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
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='attendance.agreement')),
            ],
            options={
                'ordering': ['due_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'live')), fields=['next_at'], name='agreementdeadline_live')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('agreement', 'kind'), name='agreement_deadline_one_live')],
                'triggers': [pgtrigger.compiler.Trigger(name='wakes_sentinel', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."next_at" IS NOT NULL)', func="PERFORM pg_notify('homevisits_due', ''); RETURN NULL;", hash='b1f63b888d0267c33888d856f1fec159755e0010', operation='INSERT OR UPDATE OF "next_at"', pgid='pgtrigger_wakes_sentinel_1ca69', table='attendance_agreementdeadline', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AgreementAlarm',
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
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alarms', to='attendance.agreement')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('deadline', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alarm', to='attendance.agreementdeadline')),
            ],
            options={
                'ordering': ['opened_at'],
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'resolved'), _negated=True), fields=['next_at'], name='agreementalarm_next')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('owned_at', None), ('owner', None)), models.Q(('owned_at__isnull', False), ('owner__isnull', False)), _connector='OR'), name='agreementalarm_owner_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False), ('state', 'resolved')), models.Q(models.Q(('state', 'resolved'), _negated=True), ('resolved_at', None), ('resolved_by', None)), _connector='OR'), name='agreementalarm_resolved_and_by')],
                'triggers': [pgtrigger.compiler.Trigger(name='wakes_sentinel', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."next_at" IS NOT NULL)', func="PERFORM pg_notify('homevisits_due', ''); RETURN NULL;", hash='65d0c9e8a796183c0c8bf6e127953b2d08143064', operation='INSERT OR UPDATE OF "next_at"', pgid='pgtrigger_wakes_sentinel_19b70', table='attendance_agreementalarm', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AgreementEvent',
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
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='attendance.agreement')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('chain', 'number'), name='agreementevent_chain_number')],
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2ef415a1017fc27c0fcc77571faead717b43236f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d30e5', table='attendance_agreementevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('session', models.CharField(choices=[('am', 'Morning'), ('pm', 'Afternoon')], max_length=2)),
                ('code', models.CharField(max_length=2)),
                ('minutes_late', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='people.pupil')),
            ],
            options={
                'ordering': ['day', 'session'],
                'constraints': [models.UniqueConstraint(fields=('pupil', 'day', 'session'), name='mark_once_a_session')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('open', 'Open'), ('asked', 'Visit asked for'), ('waived', 'Waived')], default='open', max_length=6)),
                ('reason_code', models.CharField(max_length=30)),
                ('trigger', models.CharField(max_length=20)),
                ('grounds', models.CharField(max_length=300)),
                ('since_on', models.DateField(verbose_name='first day of the absence')),
                ('opened_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('waived_why', models.CharField(blank=True, max_length=300)),
                ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='people.pupil')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='trusts.school')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='visits.visit')),
            ],
            options={
                'ordering': ['since_on', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('pupil',), name='proposal_one_open_a_pupil'), models.UniqueConstraint(fields=('pupil', 'trigger', 'since_on'), name='proposal_once_an_absence'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('settled_by', None)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='proposal_settled_at_and_by')],
            },
        ),
    ]
