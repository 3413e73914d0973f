"""`/metrics`: who may read it, what stands in it, and that nothing in it names a person."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from prometheus_client import REGISTRY

from accounts.actor import Actor, Face
from accounts.clock import database_now
from approvals.calls import call
from approvals.reasons import Refused
from config.metrics import standing
from config.metrics.view import exposition
from messaging.models import Lane, WebhookEvent
from tests.factories import ActionRequestFactory, SenderFactory, sam_lee

TOKEN = "scrape-0123456789-abcdefghij"


def value(text: str, series: str) -> float | None:
    """The value of one series, written as it stands in the text."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else None


def read(client: Client, **headers: str) -> int:
    return int(client.get("/metrics", headers=headers).status_code)


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_whoever_shows_the_token_reads_the_metrics(client: Client) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"# TYPE countersign_requests_open gauge" in answer.content


@override_settings(METRICS_TOKEN=TOKEN)
@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_nobody_else_does(client: Client, shown: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": shown} if shown else {})
    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Bearer", b"UNAUTHORISED")


def test_without_a_token_in_the_settings_no_token_opens(client: Client) -> None:
    assert read(client, Authorization="Bearer ") == 401
    assert read(client) == 401


@pytest.mark.django_db
def test_this_machine_itself_reads_them_while_debug_is_on(client: Client) -> None:
    with override_settings(DEBUG=True):
        assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 401
        with override_settings(BEHIND_PROXY=True):  # whoever comes through a proxy of this machine is somebody else
            assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 401
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 401


@pytest.mark.django_db
def test_approvals_that_wait_are_counted_with_the_age_of_the_oldest() -> None:
    ActionRequestFactory(created_at=database_now() - timedelta(seconds=300))
    ActionRequestFactory(created_at=database_now() - timedelta(seconds=100))
    told = exposition().decode()
    assert value(told, 'countersign_requests_open{state="pending"}') == 2
    age = value(told, 'countersign_requests_oldest_seconds{state="pending"}')
    assert age is not None
    assert 300 <= age < 310


@pytest.mark.django_db
def test_lanes_queues_and_webhooks_are_told() -> None:
    sender = SenderFactory(per_second=80)
    Lane.objects.create(sender=sender, lease_until=database_now() + timedelta(seconds=30))
    WebhookEvent.objects.create(carrier="whatsapp", body=b"{}", received_at=database_now() - timedelta(seconds=40))
    cache.set("bell-heard-at", database_now().timestamp() - 5)
    told = exposition().decode()
    assert value(told, "countersign_lanes_at_work") == 1
    assert value(told, f'countersign_sender_limit_per_second{{channel="whatsapp",sender="{sender.pk}"}}') == 80
    assert value(told, "countersign_webhooks_waiting") == 1
    assert 40 <= (value(told, "countersign_webhook_age_seconds") or 0) < 50
    assert 5 <= (value(told, "countersign_beat_age_seconds") or 0) < 15
    assert value(told, "countersign_queue_age_seconds") == 0
    assert value(told, 'countersign_bells_waiting{queue="lanes"}') is not None
    assert [value(told, f'countersign_up{{part="{part}"}}') for part in standing.LOOKS] == [1, 1, 1, 1, 1]


@pytest.mark.django_db
def test_a_part_that_cannot_be_asked_is_not_up_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_LANES", "SELECT no_such_column FROM messaging_lane")
    told = exposition().decode()
    assert value(told, 'countersign_up{part="lanes"}') == 0
    assert value(told, 'countersign_up{part="webhooks"}') == 1
    assert value(told, "countersign_lanes_at_work") is None
    assert value(told, "countersign_webhooks_waiting") == 0


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_requests_are_counted_by_part_and_never_by_what_somebody_wrote(client: Client) -> None:
    health = {"method": "GET", "part": "health", "status": "200"}
    nowhere = {"method": "other", "part": "other", "status": "404"}
    before = (
        counted("countersign_request_seconds_count", **health),
        counted("countersign_request_seconds_count", **nowhere),
    )
    client.get("/health")
    client.generic("BREW", "/coffee/for/mei.chan")
    after = (
        counted("countersign_request_seconds_count", **health),
        counted("countersign_request_seconds_count", **nowhere),
    )
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)


@pytest.mark.django_db
def test_tools_are_timed_by_how_they_ended() -> None:
    def uses(tool: str, outcome: str) -> float:
        return counted("countersign_tool_seconds_count", tool=tool, outcome=outcome)

    answered, refused = uses("whatsapp.phone_numbers.list", "answered"), uses("unknown", "refused")
    actor, now = Actor.of_person(sam_lee(), Face.REST), database_now()
    call("whatsapp.phone_numbers.list", {}, actor, now)
    with pytest.raises(Refused):
        call("whatsapp.ask.mei.chan", {}, actor, now)
    assert uses("whatsapp.phone_numbers.list", "answered") == answered + 1
    assert uses("unknown", "refused") == refused + 1
