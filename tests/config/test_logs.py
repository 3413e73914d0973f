"""No phone number and no secret leaves through a log line."""

import json
import logging
import logging.config
from io import StringIO

import pytest
import structlog
from django.db import Error, connection
from django.test import Client, RequestFactory
from pydantic import TypeAdapter, ValidationError

from config.logs import logging_settings, mask_text

WRITTEN = "Ann Archer\nsays hello"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """Log lines as production writes them, into memory."""
    written = StringIO()
    settings = logging_settings(style="json", level="INFO")
    settings["handlers"]["stderr"]["stream"] = written
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    logging.config.dictConfig(settings)
    return written


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sent to +85291234567", "sent to ***67"),
        ("sent to +852 9123 4567.", "sent to ***67."),
        ("sent to +1 (415) 555-0100", "sent to ***00"),
        ("wa_id 85291234567 said STOP", "wa_id ***67 said STOP"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [masked]"),
        ("token EAAGm0PX4ZCpsBAKZCZBcdefghijkl expired", "token [masked] expired"),
        ("key cs_0a1b2c3d4e_abcdefghijklmnopqrstuvwxyz", "key [masked]"),
        ("redis://:hunter2hunter2@127.0.0.1:6379/0", "redis://[masked]@127.0.0.1:6379/0"),
        ("request 0b9f2c1e-1234-4567-8901-123456789012 took 1234567 us", None),
        ("HKD 1234567890.50 of 100000", None),
        ("2026-03-02T12:00:00+08:00", None),
    ],
)
def test_numbers_and_secrets_are_masked_and_the_rest_stays(text: str, masked: str | None) -> None:
    assert mask_text(text) == (text if masked is None else masked)


def test_fields_are_masked_by_name_and_by_content_however_deep(lines: StringIO) -> None:
    structlog.get_logger("test").warning(
        "refused", phone="+85291234567", facts={"app_secret": "s3cret", "to": ["+447700900123"]}, count=3
    )
    line = json.loads(lines.getvalue())
    assert (line["phone"], line["facts"], line["count"]) == (
        "***67",
        {"app_secret": "[masked]", "to": ["***23"]},
        3,
    )
    assert (line["event"], line["level"], line["logger"]) == ("refused", "warning", "test")


def test_a_number_inside_an_exception_is_masked(lines: StringIO) -> None:
    try:
        raise ValueError("cannot read +85291234567")
    except ValueError:
        logging.getLogger("other.library").exception("row %s failed", 7)
    line = json.loads(lines.getvalue())
    assert line["event"] == "row 7 failed"
    assert "ValueError: cannot read ***67" in line["exception"]
    assert "91234567" not in lines.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("library", ["psycopg", "pydantic"])
def test_an_error_is_written_down_without_the_row_or_value_it_repeats(lines: StringIO, library: str) -> None:
    try:
        if library == "pydantic":
            TypeAdapter(int).validate_python(WRITTEN)
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::jsonb", ('{"text": ' + WRITTEN,))
    except (Error, ValidationError):
        logging.getLogger("other.library").exception("row %s failed", 7)
    written = json.loads(lines.getvalue())["exception"]
    assert [word for word in ("Ann", "Archer", "hello") if word in written] == []
    assert "[masked]" in written
    assert ("invalid input syntax for type json" if library == "psycopg" else "input_type=str") in written


def test_a_request_is_written_down_without_what_was_searched_for(lines: StringIO) -> None:
    request = RequestFactory().get("/desk/messaging/contact/", {"phone": "+85291234567", "name": "Ann"})
    logging.getLogger("django.request").warning("Bad Request", extra={"request": request})
    assert json.loads(lines.getvalue())["request"] == "GET /desk/messaging/contact/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("/sms/callback-key-of-nobody-0001/receipt", "Forbidden: /sms/••••/receipt"),
        ("/u/23456789", "Not Found: /u/••••"),
        ("/AbCdEfGh", "Not Found: /••••"),
    ],
)
def test_a_refused_request_is_written_down_without_what_its_address_gives_rights_to(
    lines: StringIO, address: str, written: str
) -> None:
    Client().get(address)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert written in [line["event"] for line in told]
    assert address not in str(told)


def test_the_contents_of_a_page_are_not_written_down_even_for_developers() -> None:
    assert logging_settings(style="json", level="DEBUG")["loggers"]["django.template"]["level"] == "INFO"
