"""The webhook path: nothing unsigned is kept, nothing kept is lost, and whatever fails is asked for again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.tenancy import as_login_role
from messaging import group_commit
from messaging.inbox import shim
from messaging.inbox.arriving import arrivals
from messaging.inbox.shim import MAX_BYTES, WebhookShim
from messaging.models import Sender, WebhookEvent
from tests.factories import SenderFactory
from tests.webhooks import ask, messages_body, post, signature

pytestmark = pytest.mark.django_db(transaction=True)


def the_rest(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"django"]


@pytest.fixture
def sender() -> Sender:
    return SenderFactory()


@pytest.fixture
def rings() -> list[int]:
    return []


@pytest.fixture
def webhook(sender: Sender, rings: list[int]) -> Iterator[WebhookShim]:
    commit = arrivals(after_commit=lambda: rings.append(1))
    yield WebhookShim(the_rest, commit)
    commit.stop()


def test_a_signed_event_is_kept_byte_for_byte_before_it_is_answered(
    webhook: WebhookShim, sender: Sender, rings: list[int]
) -> None:
    body = messages_body(sender, messages=[])
    assert post(webhook, body) == ("200 OK", b"EVENT_RECEIVED")
    event = WebhookEvent.objects.get()
    assert bytes(event.body) == body
    assert event.signed_for == [sender.account_id]
    assert event.state == WebhookEvent.State.WAITING
    assert rings == [1]


@pytest.mark.parametrize(
    "signed",
    ["", "sha256=", "sha256=00", "sha1=00", signature(b"another body"), signature(b"{}", "another secret")],
)
def test_an_event_with_a_wrong_signature_is_refused_and_not_kept(webhook: WebhookShim, signed: str) -> None:
    assert post(webhook, b"{}", signed) == ("401 Unauthorized", b"BAD_SIGNATURE")
    assert not WebhookEvent.objects.exists()


def test_one_changed_byte_is_refused(webhook: WebhookShim, sender: Sender) -> None:
    body = messages_body(sender)
    assert post(webhook, body.replace(b"whatsapp", b"Whatsapp", 1), signature(body))[0] == "401 Unauthorized"


def test_the_previous_app_secret_still_counts_while_it_is_being_replaced(webhook: WebhookShim, sender: Sender) -> None:
    sender.account.app_secret, sender.account.previous_app_secret = "the new one", "secret-of-harbour-tea"
    sender.account.save()
    assert post(webhook, b"{}")[0] == "200 OK"


def test_a_body_over_four_megabytes_is_refused_and_one_of_exactly_four_is_not(webhook: WebhookShim) -> None:
    assert post(webhook, b" " * (MAX_BYTES + 1))[0] == "413 Content Too Large"
    assert post(webhook, b" " * MAX_BYTES)[0] == "200 OK"


def test_other_paths_go_to_django(webhook: WebhookShim) -> None:
    assert post(webhook, b"{}", path="/webhook/") == ("200 OK", b"django")


def test_the_handshake_answers_the_challenge_to_whoever_knows_the_token(webhook: WebhookShim) -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/webhook"}
    assert ask(webhook, {**environ, "QUERY_STRING": query + "verify-harbour-tea"}) == ("200 OK", b"1158201444")
    assert ask(webhook, {**environ, "QUERY_STRING": query + "guess"}) == ("403 Forbidden", b"FORBIDDEN")
    assert ask(webhook, {**environ, "QUERY_STRING": ""}) == ("403 Forbidden", b"FORBIDDEN")


def test_an_event_that_cannot_be_stored_is_asked_for_again(
    webhook: WebhookShim, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(webhook, b"{}")
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_webhookevent RENAME TO mislaid")
    try:
        assert post(webhook, b"{}") == ("503 Service Unavailable", b"TRY_AGAIN")
    finally:
        with as_login_role(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mislaid RENAME TO messaging_webhookevent")
    assert post(webhook, b"{}")[0] == "200 OK"


def test_a_connection_that_died_while_nobody_wrote_costs_no_webhook(
    webhook: WebhookShim, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(webhook, b"{}")[0] == "200 OK"
    with as_login_role(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert (True,) in cursor.fetchall()
    monkeypatch.setattr(group_commit, "IDLE_SECONDS", 0.0)
    assert post(webhook, b"[]")[0] == "200 OK"
    assert WebhookEvent.objects.count() == 2


def test_a_method_that_is_neither_get_nor_post_is_refused(webhook: WebhookShim) -> None:
    assert ask(webhook, {"REQUEST_METHOD": "PUT", "PATH_INFO": shim.PATH})[0] == "405 Method Not Allowed"
