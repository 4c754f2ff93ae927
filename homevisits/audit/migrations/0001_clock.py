"""The database's clock behind one name, so that tests can move it."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(
            "CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE "
            "AS 'SELECT statement_timestamp()'",
            "DROP FUNCTION app_now()",
        ),
    ]
