"""How the busy tables are stored. None of it shows in a model.

A message is updated four or five times in its life and a contact is touched by each message: with room on their pages
the new version stays where the old one was, and no index is written (design measured: 0.64 of the WAL). The outbox is
a queue: what is deleted must be cleared away by count, because a share of a table that is usually empty says nothing.
"""

from django.db import migrations

STORED = """
ALTER TABLE messaging_message SET (fillfactor = 50);
ALTER TABLE messaging_contact SET (fillfactor = 85);
ALTER TABLE messaging_attempt SET (fillfactor = 80);
ALTER TABLE messaging_outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
"""
RESET = """
ALTER TABLE messaging_message RESET (fillfactor);
ALTER TABLE messaging_contact RESET (fillfactor);
ALTER TABLE messaging_attempt RESET (fillfactor);
ALTER TABLE messaging_outbox RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [migrations.RunSQL(STORED, RESET)]
