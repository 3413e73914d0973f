"""Settings for tests and static checks: ours, on whatever servers the environment names, quick where that is safe."""

import os

os.environ.update(
    DEBUG="false",
    HTTPS="false",
    SECOND_FACTOR="optional",
    SECRET_KEY="only-for-tests",
    SECRETS_KEYS="ZmFrZS1mZXJuZXQta2V5LW9ubHktZm9yLXRlc3RzISE=",
    AUDIT_SIGNING_KEY="11" * 32,
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1,.example.test",
    PUBLIC_URL="https://desk.example.test",
    SHORT_LINK_BASE_URL="https://tea.example.test",
    GRAPH_BASE_URL="http://127.0.0.1:9",  # nobody listens: a test that means to call the provider names its own
    STRIPE_BASE_URL="http://127.0.0.1:9",
    LOG_LEVEL="WARNING",
    LOG_FORMAT="console",
    CLAMD_ADDRESS="",
    METRICS_TOKEN="",
    METRICS_DIR="",
)
# Types and migrations are checked without servers.
os.environ.setdefault("DATABASE_URL", "postgresql:///countersign")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")

from config.settings import *  # noqa: F403
from config.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "media": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # no collectstatic before a test
