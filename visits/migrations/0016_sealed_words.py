"""What people write while out lies sealed, and so do the reasons that stand in the story (PS-129, PS-138)."""

from typing import Any

from django.db import migrations, models

import homevisits.sealed
from homevisits.migrating import Together
from homevisits.sealing import seal, unseal

SEALED = [
    ("visits_moment", "note"),
    ("visits_arrivallook", "note"),
    ("visits_timerequest", "reason"),
    ("visits_visit", "outcome_text"),
    ("visits_visit", "ended_reason"),
]
CLEAR = {"reason": 300, "outcome_text": 500, "ended_reason": 500, "note": 300}


def rewrite(schema_editor: Any, change: Any) -> None:
    """Change every text of the columns, also in tables whose rows are otherwise never changed."""
    with schema_editor.connection.cursor() as cursor:
        for table, column in SEALED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"SELECT id, {column} FROM {table} WHERE length({column}) > 0")
            for pk, kept in cursor.fetchall():
                cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [change(bytes(kept)), pk])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def seal_all(apps: Any, schema_editor: Any) -> None:
    rewrite(schema_editor, lambda kept: seal(kept.decode()))


def open_all(apps: Any, schema_editor: Any) -> None:
    rewrite(schema_editor, lambda kept: unseal(kept).encode())


def as_bytes(table: str, column: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ALTER {column} TYPE bytea USING convert_to({column}, 'UTF8')",
        f"ALTER TABLE {table} ALTER {column} TYPE varchar({CLEAR[column]}) USING convert_from({column}, 'UTF8')",
    )


def altered(model: str, name: str, **options: Any) -> migrations.AlterField:
    return migrations.AlterField(model, name, homevisits.sealed.SealedText(**options))


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0015_home_safe"),
    ]

    operations = [
        Together(
            [
                migrations.AddField(
                    "moment",
                    "is_feigned",
                    models.BooleanField(
                        default=False, verbose_name="shown to the party, and not to be believed"
                    ),
                ),
                migrations.AddField(
                    "visitevent",
                    "words",
                    homevisits.sealed.SealedText(
                        blank=True, default="", verbose_name="what they gave as the reason"
                    ),
                ),
            ]
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[as_bytes(table, column) for table, column in SEALED],
            state_operations=[
                altered("moment", "note", blank=True, default="", max_length=300),
                altered("arrivallook", "note", blank=True, default="", max_length=300),
                altered("timerequest", "reason", max_length=300),
                altered("visit", "outcome_text", blank=True, default="", max_length=500),
                altered(
                    "visit",
                    "ended_reason",
                    blank=True,
                    default="",
                    max_length=500,
                    verbose_name="why declined, returned or cancelled",
                ),
            ],
        ),
        migrations.RunPython(seal_all, open_all),
    ]
