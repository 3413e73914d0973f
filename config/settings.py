"""Settings. Everything that differs between machines comes from the environment; README has the table.

What is the same everywhere and long stands beside: what is installed, the desk's menu, REST, what a page may load,
logs. `config.testing` changes what tests need. DEBUG is off unless asked for, and with it off every guard is up.
"""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.content_security import CONTENT_SECURITY_POLICY as CONTENT_SECURITY_POLICY
from config.database import database
from config.desk import UNFOLD as UNFOLD
from config.dev_secrets import load_dev_secrets
from config.installed import INSTALLED_APPS as INSTALLED_APPS
from config.installed import MIDDLEWARE as MIDDLEWARE
from config.logs import configure_structlog, logging_settings
from config.media import media_storage
from config.metrics.settings import metrics_settings
from config.parallel import own_number
from config.rest import REST_FRAMEWORK as REST_FRAMEWORK
from config.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"

env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
if DEBUG:
    load_dev_secrets(DATA_DIR / "dev.env")

# Where the desk is reached from outside; links in answers begin with it.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
HTTPS = env.bool("HTTPS", default=not DEBUG)

# Secrets
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Fernet keys for provider credentials at rest, comma separated: the first encrypts, all of them decrypt.
SECRETS_KEYS: list[str] = env.list("SECRETS_KEYS")
# 32 bytes as hex: signs the audit's checkpoints, which lie in a folder the database's owner cannot write to.
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY")
AUDIT_CHECKPOINT_DIR = Path(env.str("AUDIT_CHECKPOINT_DIR", default=str(DATA_DIR / "audit-checkpoints")))

# Applications
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Data
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(env.db_url("DATABASE_URL", **({"default": "postgresql:///countersign"} if DEBUG else {})), env)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = own_number(
    env.str("REDIS_URL", **({"default": "redis://127.0.0.1:6379/0"} if DEBUG else {})),
    os.environ.get("PYTEST_XDIST_WORKER", ""),
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "countersign",
        # redis-py would retry a dead server for four seconds.
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2, "retry": None},
    },
    # Where tries are counted while Redis is away (accounts/bounds.py).
    "own_process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# People
AUTH_USER_MODEL = "accounts.Person"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}}]
# The first keeps new passwords; one kept by another is kept anew when its person signs in.
PASSWORD_HASHERS = ["accounts.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
# `required`: the desk opens to nobody with a password alone. `optional`: to those who have set up no second factor.
SECOND_FACTOR = env.str("SECOND_FACTOR", default="optional" if DEBUG else "required")
if SECOND_FACTOR not in ("required", "optional"):
    raise ImproperlyConfigured(f"SECOND_FACTOR is {SECOND_FACTOR!r}: say required or optional")
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Language and time. Times are kept in UTC; people read theirs in their organisation's zone.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hant", _("Traditional Chinese")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # who has chosen a language keeps it
LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = HTTPS, True, "Lax"
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"

# Files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "media": media_storage(env, DATA_DIR),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")  # tcp://host:port or unix:///path; without it nothing is clean

# Security
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:  # only behind a proxy of ours that sets this header, and X-Forwarded-For, itself
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^metrics$"]  # asked from inside, by load balancers and Prometheus
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A reverted row would slip past the approvals.
SIMPLE_HISTORY_REVERT_DISABLED = True

# Delivery
ENGINE_ORGANISATION_PER_SECOND = env.int("ENGINE_ORGANISATION_PER_SECOND", default=1000)  # all its senders together
ENGINE_CONCURRENCY = env.int("ENGINE_CONCURRENCY", default=160)  # hand-overs of one lane: 1,000/s at 100 ms need 100
# Seconds that a provider may refuse whatever a sender hands over before a person has to look. Above an hour, because
# the limits of providers that are counted by the hour end by themselves.
ENGINE_REFUSED_TO_PAUSE = env.int("ENGINE_REFUSED_TO_PAUSE", default=7200)
ENGINE_LANES = env.int("ENGINE_LANES", default=8)  # senders that one `run_lanes` process serves at once

# The outside world
GRAPH_BASE_URL = env.str("GRAPH_BASE_URL", default="https://graph.facebook.com")
GRAPH_VERSION = env.str("GRAPH_VERSION", default="v25.0")
GRAPH_MEDIA_HOSTS: list[str] = env.list("GRAPH_MEDIA_HOSTS", default=["lookaside.fbsbx.com"])  # customers' files
# What short links of organisations without a domain of their own stand on; its host belongs in ALLOWED_HOSTS as well.
SHORT_LINK_BASE_URL = env.str("SHORT_LINK_BASE_URL", default=PUBLIC_URL)
SHORT_LINK_LOOKS = env.bool("SHORT_LINK_LOOKS", default=False)  # look daily at the pages that short links lead to
# Whom products may be asked of (host, or host:port) and where payment pages may be; anywhere else is refused.
PRODUCT_SOURCE_HOSTS: list[str] = env.list("PRODUCT_SOURCE_HOSTS", default=[])
PAYMENT_PAGE_HOSTS: list[str] = env.list("PAYMENT_PAGE_HOSTS", default=["checkout.stripe.com"])
STRIPE_BASE_URL = env.str("STRIPE_BASE_URL", default="https://api.stripe.com")
# Minutes a payment link lasts. Stripe takes nothing below thirty (?), by its own clock, and nothing above a day.
PAYMENT_LINK_MINUTES = env.int("PAYMENT_LINK_MINUTES", default=32)
# Hours an order waits for its payment before it expires and its goods are free again.
ORDER_PAY_WITHIN_HOURS = env.int("ORDER_PAY_WITHIN_HOURS", default=72)
# Where people arrive who have paid; empty: a page of ours that says so.
PAYMENT_DONE_URL = env.str("PAYMENT_DONE_URL", default="")
EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")  # notices to reviewers go through it
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="countersign@localhost")
MCP_ALLOWED_HOSTS: list[str] = env.list("MCP_ALLOWED_HOSTS", default=["127.0.0.1:*", "localhost:*", "[::1]:*"])
MCP_ALLOWED_ORIGINS: list[str] = env.list(
    "MCP_ALLOWED_ORIGINS", default=["http://127.0.0.1:*", "http://localhost:*", "http://[::1]:*"]
)
MCP_PAGE_SIZE = env.int("MCP_PAGE_SIZE", default=0)  # 0: all tools on one page; many clients read only the first
# Several MCP clients refuse a server over one name with a dot, so names are served with underscores.
MCP_DOTTED_NAMES = env.bool("MCP_DOTTED_NAMES", default=False)

# Metrics
METRICS_TOKEN, METRICS_DIR = metrics_settings(env, DATA_DIR, debug=DEBUG)

# Logs
LOGGING = logging_settings(
    style=env.str("LOG_FORMAT", default="console" if DEBUG else "json"), level=env.str("LOG_LEVEL", default="INFO")
)
configure_structlog()
