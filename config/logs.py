"""Logs: one line an event on standard error, JSON in production, with phone numbers and tokens masked."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

MASKED = "[masked]"
SECRET_FIELDS = re.compile(
    r"password|passwd|secret|token|authorization|cookie|api_?key|signature|\botp\b", re.IGNORECASE
)
# An agent's key, a Meta access token, a bearer header, the password inside a URL.
SECRET_TEXTS = re.compile(
    r"\bcs_[0-9a-f]{6,}_[\w-]{16,}|\bEAA\w{20,}|(?<=Bearer )[\w.~+/=-]{8,}|(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"
)
# International spellings with a plus; bare runs of 10 to 15 digits that are not a part of an id or a decimal.
PHONES = re.compile(r"\+\d[\d ().-]{6,18}\d|(?<![\w.+-])\d{10,15}(?![\w-]|\.\d)")
# What PostgreSQL adds to its errors repeats the row, and pydantic the value: names and words as customers wrote them.
REPEATED = re.compile(
    r"\n(?:DETAIL|CONTEXT|HINT|LINE \d+): .*?(?=\n\n(?:The above|During)|\Z)|(?<=input_value=).*?(?=, input_type=)",
    re.DOTALL,
)
# Parts of addresses that are a right by themselves: keys of callbacks, codes of short links, tokens to opt out by.
RIGHTS = ("key", "code", "token")
DEEPEST = 6


def mask_event(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The processor: mask every field of a log line, however deep, and what in a request's address gives rights."""
    masked = {name: value if name in {"timestamp", "level"} else mask(name, value) for name, value in event.items()}
    match = getattr(event.get("request"), "resolver_match", None)
    return {name: without_rights(value, match) if isinstance(value, str) else value for name, value in masked.items()}


def without_rights(text: str, match: Any) -> str:
    """Text without what gives rights to whoever reads it; `match` is where the request's address led, if anywhere."""
    for name in RIGHTS:
        if match is not None and match.kwargs.get(name):
            text = text.replace(str(match.kwargs[name]), "••••")
    return text


def mask(name: str, value: Any, depth: int = 0) -> Any:
    """A field's value without secrets and phone numbers; a phone keeps its last two digits to be told apart."""
    if SECRET_FIELDS.search(name):
        return MASKED
    if hasattr(value, "get_full_path"):  # a request: Django's loggers add it, and its text holds what was searched for
        return mask_text(f"{value.method} {value.path}")
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict) and depth < DEEPEST:
        return {key: mask(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < DEEPEST:
        return [mask(name, item, depth + 1) for item in value]
    if value is None or (isinstance(value, bool | int | float) and abs(value) < 10**9):
        return value
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """Text without secrets, phone numbers, and what errors repeat."""
    plain = SECRET_TEXTS.sub(MASKED, REPEATED.sub(_without_content, text))
    return PHONES.sub(lambda found: f"***{found[0][-2:]}", plain)


def _without_content(found: re.Match[str]) -> str:
    return f"{found[0].partition(':')[0]}: {MASKED}" if found[0].startswith("\n") else MASKED


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def logging_settings(*, style: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. `style` is `json` or `console`; everything goes to standard error.

    Exceptions become text before the mask, so that a traceback cannot carry a number out.
    """
    last: Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            mask_event,
            last,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Ours are the request lines (config.request_log); Django's own would say everything twice.
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING"},
            # For a variable that is not there it writes down everything the page holds, people among it.
            "django.template": {"handlers": [], "level": "INFO"},
        },
    }


def configure_structlog() -> None:
    """Send structlog's loggers through the standard library, so that one configuration rules both."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(True)
