from django.db import migrations


class Migration(migrations.Migration):
    """Hashes do not compress; trying to took most of the time of keeping a segment."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE audit_segment ALTER COLUMN leaves SET STORAGE EXTERNAL",
            "ALTER TABLE audit_segment ALTER COLUMN leaves SET STORAGE EXTENDED",
        )
    ]
