import django.db.models.deletion
from django.db import migrations, models

from audit.triggers import KEPT, NOT_KEPT


class Migration(migrations.Migration):
    """A look and a lock for every entry, given up for one question when an organisation is deleted."""

    dependencies = [("accounts", "0001_initial"), ("audit", "0002_leaves_are_not_compressed")]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
