"""What a message no longer writes on its way: a time on its contact, and locks on rows that exist for certain.

Attempts and outbox rows are made from their message's own row, by the statement that reads it, so there is nothing for
the database to look up. Half of each page is free when messages are made: all of them are updated when they go out, and
a new version that finds room beside the old one writes no index.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_rows_have_their_contact")]

    operations = [
        migrations.RemoveField(model_name="contact", name="last_outbound_at"),
        migrations.AlterField(
            model_name="attempt",
            name="message",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="messaging.message",
                verbose_name="message",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="contact",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="sender",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="messaging.sender",
                verbose_name="sender",
            ),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="message",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="messaging.message",
            ),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="send",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messaging.send",
                verbose_name="send",
            ),
        ),
        migrations.AlterField(
            model_name="outbox",
            name="sender",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messaging.sender",
                verbose_name="sender",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE messaging_message SET (fillfactor = 50)", "ALTER TABLE messaging_message SET (fillfactor = 65)"
        ),
    ]
