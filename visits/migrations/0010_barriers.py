import django.db.models.deletion
from django.db import migrations, models


def text_to_row(apps, schema_editor):
    """What was written about barriers becomes one barrier of the record."""
    record, barrier = apps.get_model("visits", "VisitRecord"), apps.get_model("visits", "Barrier")
    written = record.objects.exclude(barriers="").only("pk", "barriers")
    barrier.objects.bulk_create(barrier(record_id=one.pk, text=one.barriers) for one in written.iterator())
    # PostgreSQL alters no table whose rows still wait for a check.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def rows_to_text(apps, schema_editor):
    record, barrier = apps.get_model("visits", "VisitRecord"), apps.get_model("visits", "Barrier")
    texts = {}
    for one in barrier.objects.order_by("pk"):
        texts.setdefault(one.record_id, []).append(one.text)
    for pk, said in texts.items():
        record.objects.filter(pk=pk).update(barriers="\n".join(said))
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('visits', '0009_interventions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Barrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(blank=True, choices=[('practical', 'Practical'), ('emotional', 'Emotional'), ('communication', 'To do with communication')], max_length=13)),
                ('text', models.TextField(verbose_name='what keeps the pupil from attending')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='barriers_found', to='visits.visitrecord')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='agreedaction',
            name='barrier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='visits.barrier'),
        ),
        migrations.RunPython(text_to_row, rows_to_text),
        migrations.RemoveField(
            model_name='visitrecord',
            name='barriers',
        ),
    ]
