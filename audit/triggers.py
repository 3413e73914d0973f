"""What the database refuses about the record, whoever asks: changing it, deleting from it, emptying it."""

import pgtrigger
from django.db import models

# pgtrigger's own functions stand aside for any session that sets `pgtrigger.ignore`. The record's must not, so its
# triggers run functions of their own instead, which the first migration creates.


class RefusingTrigger(pgtrigger.Trigger):
    """Refuses an operation on a table, also when no row would be touched."""

    level = pgtrigger.Statement
    when = pgtrigger.Before
    func = "RETURN NULL;"
    function = "audit_refuses"

    def render_execute(self, model: models.Model) -> str:
        return f"{self.function}()"


class ForwardTrigger(RefusingTrigger):
    """Refuses entries that would fall behind a seal, as all would after a restore from a dump (see `restored.py`)."""

    function = "audit_only_forward"


APPEND_ONLY = RefusingTrigger(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
ONLY_FORWARD = ForwardTrigger(name="only_forward", operation=pgtrigger.Insert)

# Tests that commit are cleaned up with TRUNCATE; they switch this trigger off in their own database
# (tests/conftest.py), so that no setting and no session variable can switch it off in a real one.
NO_TRUNCATE = RefusingTrigger(name="no_truncate", operation=pgtrigger.Truncate)
