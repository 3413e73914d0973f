"""The stack under the harness: the product's own settings, with clocks that run faster."""

from config import beat
from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.hurry.Hurry"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECOND_FACTOR = "optional"

# What beat rings for, seconds apart: as in production, only sooner.
_SOONER = {
    "approvals.tasks.sweep": 1.0,
    "audit.tasks.seal": 2.0,
    "messaging.tasks.dispatch_due": 0.4,
    "messaging.tasks.reap": 0.6,
    "messaging.tasks.watch": 1.0,
    "messaging.inbox.tasks.apply_webhooks": 0.4,
    "messaging.inbox.tasks.tidy_inbox": 1.5,
}
for _bell in beat.SCHEDULE.values():
    _bell["schedule"] = _SOONER.get(_bell["task"], _bell["schedule"])
    _bell["options"] = {"expires": 5.0}
