"""What the client refuses before anything leaves, and that it repeats nothing of it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from messaging.whatsapp.client import Address
from messaging.whatsapp.cloud.analytics import MessageFigures, TemplateFigures, dotted
from messaging.whatsapp.cloud.conversational import Command, Components
from messaging.whatsapp.cloud.flows import NewFlow
from messaging.whatsapp.cloud.numbers import NewNumber
from messaging.whatsapp.cloud.profiles import ProfileChange

NOON, ONE = datetime(2026, 3, 2, 4, 0, tzinfo=UTC), datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: ProfileChange(about=""), "about"),
        (lambda: ProfileChange(about="x" * 140), "about"),
        (lambda: ProfileChange(email="ida at example"), "email"),
        (lambda: ProfileChange(websites=["tea.example.test"]), "websites"),
        (lambda: ProfileChange(websites=["https://t.test"] * 3), "websites"),
        (lambda: ProfileChange.model_validate({"motto": "Tea"}), "motto"),
        (lambda: NewNumber(cc="+852", phone_number="58010009", verified_name="Tea"), "cc"),
        (lambda: NewFlow(name="Book", categories=[]), "categories"),
        (lambda: Components(prompts=["a"] * 5), "prompts"),
        (lambda: Components(prompts=["Tea 🍵"]), "prompts"),
        (lambda: Command(command_name="x" * 33, command_description="d"), "command_name"),
        (lambda: MessageFigures(start=ONE, end=NOON), "start comes first"),
        (lambda: MessageFigures(start=NOON.replace(tzinfo=None), end=ONE), "offset"),
        (lambda: TemplateFigures(start=NOON, end=ONE, template_ids=["1"] * 11), "template_ids"),
    ],
)
def test_what_meta_would_refuse_is_refused_by_its_name(make: Callable[[], object], field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        make()


def test_a_refused_value_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        NewNumber(cc="852", phone_number="5801-0009-secret", verified_name="Tea")
    assert "secret" not in str(caught.value)


def test_figures_are_spelled_as_dotted_fields() -> None:
    wanted = MessageFigures(start=NOON, end=ONE, granularity="HALF_HOUR", country_codes=["HK"])
    assert (
        dotted("analytics", wanted)
        == 'analytics.start(1772424000).end(1772427600).granularity(HALF_HOUR).country_codes(["HK"])'
    )


@pytest.mark.parametrize("version", ["25.0", "v25", "v25.0/", "latest", ""])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"looks like v25\.0"):
        Address(version=version)
