import django.contrib.postgres.fields
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from homevisits.migrating import Together


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('trusts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyEvent',
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
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e00e58c1b140dc1e28c4cb89bc3ada6ad2ece6de', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3e255', table='trusts_policyevent', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='SchoolEvent',
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
            ],
            options={
                'ordering': ['number'],
                'abstract': False,
                'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a721ca9ecbbf398580d8b783a1e4c8cad512f139', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5964d', table='trusts_schoolevent', when='BEFORE'))],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='guidanceitem',
            name='frozen_with_policy',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='ladderstep',
            name='frozen_with_policy',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='noticeground',
            name='frozen_with_policy',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='reason',
            name='frozen_with_policy',
        ),
        Together([
            migrations.AddField(
                model_name='guidanceitem',
                name='note',
                field=models.CharField(blank=True, max_length=300, verbose_name='why this was chosen'),
            ),
            migrations.AddField(
                model_name='ladderstep',
                name='note',
                field=models.CharField(blank=True, max_length=300, verbose_name='why this was chosen'),
            ),
            migrations.AddField(
                model_name='noticeground',
                name='note',
                field=models.CharField(blank=True, max_length=300, verbose_name='why this was chosen'),
            ),
            migrations.AddField(
                model_name='policy',
                name='role_labels',
                field=models.JSONField(blank=True, default=dict),
            ),
            migrations.AddField(
                model_name='reason',
                name='note',
                field=models.CharField(blank=True, max_length=300, verbose_name='why this was chosen'),
            ),
            migrations.AlterField(
                model_name='policy',
                name='file_choices',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('safeguarding', 'Safeguarding file'), ('attendance', 'Attendance file'), ('pupil', 'Pupil file')], max_length=20), blank=True, default=list),
            ),
            migrations.AlterField(
                model_name='policy',
                name='last_step_repeat_minutes',
                field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)]),
            ),
            migrations.AlterField(
                model_name='policy',
                name='min_people',
                field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)]),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='guidanceitem',
                trigger=pgtrigger.compiler.Trigger(name='frozen_with_policy', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version bigint; published timestamptz;', func="\n            FOREACH version IN ARRAY CASE TG_OP\n                WHEN 'INSERT' THEN ARRAY[NEW.policy_id]\n                WHEN 'DELETE' THEN ARRAY[OLD.policy_id]\n                ELSE ARRAY[OLD.policy_id, NEW.policy_id] END\n            LOOP\n                SELECT published_at INTO published FROM trusts_policy WHERE id = version FOR SHARE;\n                IF published IS NOT NULL THEN\n                    RAISE EXCEPTION 'policy version % is published and cannot change', version;\n                END IF;\n            END LOOP;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='1d073af10d9935c035641fb840e9eb49dc277016', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_policy_ff2b8', table='trusts_guidanceitem', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='ladderstep',
                trigger=pgtrigger.compiler.Trigger(name='frozen_with_policy', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version bigint; published timestamptz;', func="\n            FOREACH version IN ARRAY CASE TG_OP\n                WHEN 'INSERT' THEN ARRAY[NEW.policy_id]\n                WHEN 'DELETE' THEN ARRAY[OLD.policy_id]\n                ELSE ARRAY[OLD.policy_id, NEW.policy_id] END\n            LOOP\n                SELECT published_at INTO published FROM trusts_policy WHERE id = version FOR SHARE;\n                IF published IS NOT NULL THEN\n                    RAISE EXCEPTION 'policy version % is published and cannot change', version;\n                END IF;\n            END LOOP;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='01b66556461f34efda9a170dfee1d799b42627be', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_policy_26003', table='trusts_ladderstep', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='noticeground',
                trigger=pgtrigger.compiler.Trigger(name='frozen_with_policy', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version bigint; published timestamptz;', func="\n            FOREACH version IN ARRAY CASE TG_OP\n                WHEN 'INSERT' THEN ARRAY[NEW.policy_id]\n                WHEN 'DELETE' THEN ARRAY[OLD.policy_id]\n                ELSE ARRAY[OLD.policy_id, NEW.policy_id] END\n            LOOP\n                SELECT published_at INTO published FROM trusts_policy WHERE id = version FOR SHARE;\n                IF published IS NOT NULL THEN\n                    RAISE EXCEPTION 'policy version % is published and cannot change', version;\n                END IF;\n            END LOOP;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='3f294a08f9b4674965783228383e34d7fc1448ef', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_policy_8e5d9', table='trusts_noticeground', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='reason',
                trigger=pgtrigger.compiler.Trigger(name='frozen_with_policy', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE version bigint; published timestamptz;', func="\n            FOREACH version IN ARRAY CASE TG_OP\n                WHEN 'INSERT' THEN ARRAY[NEW.policy_id]\n                WHEN 'DELETE' THEN ARRAY[OLD.policy_id]\n                ELSE ARRAY[OLD.policy_id, NEW.policy_id] END\n            LOOP\n                SELECT published_at INTO published FROM trusts_policy WHERE id = version FOR SHARE;\n                IF published IS NOT NULL THEN\n                    RAISE EXCEPTION 'policy version % is published and cannot change', version;\n                END IF;\n            END LOOP;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='7c31c94bdd38f7c71776355a6428ab5f58fefd47', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_with_policy_dd2f7', table='trusts_reason', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='policy',
                constraint=models.CheckConstraint(condition=models.Q(('last_step_repeat_minutes__range', (1, 30))), name='policy_alarm_never_stops'),
            ),
            migrations.AddConstraint(
                model_name='policy',
                constraint=models.CheckConstraint(condition=models.Q(('min_people__gte', 1)), name='policy_somebody_goes'),
            ),
            migrations.AddField(
                model_name='policyevent',
                name='by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='policyevent',
                name='policy',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='trusts.policy'),
            ),
            migrations.AddField(
                model_name='schoolevent',
                name='by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='schoolevent',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='trusts.school'),
            ),
            migrations.AddIndex(
                model_name='policyevent',
                index=models.Index(fields=['policy', 'number'], name='trusts_poli_policy__dba6ed_idx'),
            ),
            migrations.AddConstraint(
                model_name='policyevent',
                constraint=models.UniqueConstraint(fields=('chain', 'number'), name='policyevent_chain_number'),
            ),
            migrations.AddIndex(
                model_name='schoolevent',
                index=models.Index(fields=['school', 'number'], name='trusts_scho_school__8f480a_idx'),
            ),
            migrations.AddConstraint(
                model_name='schoolevent',
                constraint=models.UniqueConstraint(fields=('chain', 'number'), name='schoolevent_chain_number'),
            ),
        ]),
    ]
