"""One tenant full of canaries lives a whole day; afterwards nobody has seen one where it must not be."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from config.logs import logging_settings
from simulators.process import GraphSimulator
from tests.hostile import canaries
from tests.hostile.canaries import Watch
from tests.hostile.canary_places import ALLOWED, PLANTED, at_rest, in_redis
from tests.hostile.canary_readers import ask_wrongly, read_everything, take_the_record_out, walk_the_desk
from tests.hostile.canary_story import Story
from tests.simulators.graph.conftest import QUICK
from tests.simulators.graph.listener import Listener
from tests.thoroughness import THOROUGH

pytestmark = pytest.mark.django_db(transaction=True)


class Lines(logging.Handler):
    """Every line of every logger, written as production writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        formatter = logging_settings(style="json", level="DEBUG")["formatters"]["lines"]
        self.setFormatter(structlog.stdlib.ProcessorFormatter(**{k: v for k, v in formatter.items() if k != "()"}))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    loggers = [root, *(one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger))]
    before = [(one, one.level, one.disabled) for one in loggers]
    ours = logging_settings(style="json", level="DEBUG")["loggers"]
    for one in loggers:
        one.setLevel(ours.get(one.name, {}).get("level", "DEBUG"))
        one.disabled = False
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    for one, level, disabled in before:
        one.setLevel(level)
        one.disabled = disabled


@pytest.fixture
def story(tmp_path: Path, settings: object) -> Iterator[Story]:
    listener = Listener()
    simulator = GraphSimulator(
        tmp_path, listener.url, token=canaries.TOKEN, app_secret=canaries.APP_SECRET, misbehaviour=QUICK
    )
    with simulator:
        settings.GRAPH_BASE_URL = simulator.base_url  # type: ignore[attr-defined]
        yield Story(simulator, listener)
    listener.close()


@pytest.mark.skipif(not THOROUGH, reason="half a minute: `make hostile` plays it")
def test_nobody_sees_a_canary_where_it_must_not_be(story: Story, lines: Lines) -> None:
    story.import_contacts()
    story.send(story.broadcast())
    story.customers_write()
    ask_wrongly(story)
    read_everything(story)
    walk_the_desk(story)
    take_the_record_out(story)
    watch = story.watch
    assert {label: kinds for label, text in story.told.items() if (kinds := _leaked(watch, label, text))} == {}
    assert {label: kinds for label, text in story.shown.items() if (kinds := watch.secrets_seen(text))} == {}
    assert [line for line in lines.lines if watch.seen(line)] == []
    assert [payload for payload in [*story.payloads, in_redis()] if watch.kept(payload)] == []
    found = at_rest(watch)
    assert {place: kinds for place, kinds in found.items() if not kinds <= ALLOWED.get(place, set())} == {}
    _is_awake(story, lines, {table for table, _column in found})


def _leaked(watch: Watch, label: str, text: str) -> set[str]:
    """What callers were told that they may not see. Whoever serves customers reads what these write, and no more."""
    return set(watch.seen(text)) - ({"body"} if label.startswith("MCP whatsapp.conversation.get ") else set())


def _is_awake(story: Story, lines: Lines, tables: set[str]) -> None:
    """Those who may see it did, and everything was looked at: a story in which nothing happens leaks nothing."""
    assert tables >= PLANTED
    assert {"phone", "name", "crm id", "variable", "body"} <= {
        k for t in story.shown.values() for k in story.watch.seen(t)
    }
    loggers = {json.loads(line)["logger"] for line in lines.lines}
    assert loggers >= {
        "celery.app.trace", "config.request_log", "django.request", "mcp_server.calling", "messaging.inbox.apply",
        "urllib3.connectionpool",
    }  # fmt: skip
    assert len(story.payloads) >= 5
    assert len(story.told) >= 400


@pytest.mark.parametrize(
    "text",
    [
        "to 85263918274", "+852 6391 8274", "6391-8274", "%2B85263918274", "+8526391827•",
        "eyJwaG9uZSI6Ijg1MjYzOTE4Mjc0In0=",
        '"wamid.HRgLODUyNjM5MTgyNzQVAgARGBIyMzZEMUQyNjEyMDM0NjNDNTkA"',
    ],
)  # fmt: skip
def test_a_number_is_recognised_however_it_is_spelt(text: str) -> None:
    assert "phone" in {kind.removesuffix(" (base64)") for kind in Watch("none").seen(text)}


@pytest.mark.parametrize(
    "text",
    [
        "+852••••274", "***74", "2026-03-02T04:00:00.639180+00:00", f"{canaries.PHONE[:6]}…",
        '{"entry": 18274, "transaction": 39182, "entry_id": "63918"}',
    ],
)  # fmt: skip
def test_a_mask_or_a_time_is_no_number(text: str) -> None:
    assert Watch("none").seen(text) == []
