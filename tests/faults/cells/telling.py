"""Webhooks: before the answer, three times, shuffled, late, never; and a poisoned one among a hundred."""

import json
from typing import Any

from messaging.models import Status
from tests.faults.case import Case
from tests.faults.cells.registry import IN_FLIGHT, cell
from tests.faults.stack import NUMBER, NUMBER_ID, WABA


@cell("webhook-before-the-answer")
def _early(case: Case) -> None:
    case.stack.simulator.misbehave(early_share=1.0, latency_seconds=0.15)
    case.begin()


@cell("webhooks-three-times-and-shuffled")
def _shuffled(case: Case) -> None:
    case.stack.simulator.misbehave(duplicate_share=1.0, shuffle_share=0.6, shuffle_seconds=1.5, batch_size=7)
    case.begin()


@cell("webhooks-late")
def _late(case: Case) -> None:
    """All of them come when the send is long complete."""
    case.stack.simulator.misbehave(sent_seconds=4.0, delivered_seconds=0.05, read_seconds=0.05, lost_share=0.2)
    case.begin()


@cell("webhooks-never")
def _never(case: Case) -> None:
    """What was lost stays unknown, visibly; it is not sent again."""
    case.stack.simulator.misbehave(silent_share=1.0, lost_share=0.25)
    case.webhooks_come, case.unsure_at_most = False, IN_FLIGHT
    case.begin()
    case.settle()
    lost = case.stack.simulator.health()["counts"].get("lost", 0)
    assert case.count(Status.UNSURE) == lost, f"{case.count(Status.UNSURE)} unsure, {lost} lost"


@cell("webhooks-while-nobody-applies")
def _backlog(case: Case) -> None:
    """They are taken while no worker is there, and applied when one comes."""
    case.begin()
    case.wait_for_attempts(10)
    for worker in case.stack.members_like("worker"):
        worker.kill()


@cell("poison-among-a-hundred")
def _poison(case: Case) -> None:
    """Ninety-odd sound statuses are applied, whatever stands between them."""
    case.stack.simulator.misbehave(read_share=0.0)
    case.begin()
    case.settle()
    known = list(case.send.messages.exclude(provider_id=None).values_list("provider_id", flat=True))
    statuses: list[Any] = [_read(provider_id) for provider_id in known]
    for poisoned in POISON:
        statuses.insert(case.chance.randrange(len(statuses)), poisoned)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": NUMBER.lstrip("+"), "phone_number_id": NUMBER_ID},
        "statuses": statuses,
    }
    body = {"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [
        {"value": value, "field": "messages"}]}]}  # fmt: skip
    # Half of a character goes over the wire as an escape, which the steering itself could not carry.
    assert case.stack.simulator.webhook(raw=json.dumps(body).encode()) == 200
    case.wait(lambda: case.count(Status.READ) == len(known), "all sound statuses to be applied")


def _read(provider_id: str) -> dict[str, Any]:
    return {"id": provider_id, "status": "read", "timestamp": "1772424000", "recipient_id": "85260000001"}


POISON: tuple[Any, ...] = (
    None,
    [],
    "status",
    {"id": "wamid.\x00", "status": "read", "timestamp": "1772424000"},
    {"id": "wamid.\ud800", "status": "read", "timestamp": "1772424000"},
    {"id": "w" * 5000, "status": "delivered", "timestamp": "1772424000"},
    {"id": "wamid.poison", "status": "read", "timestamp": "9" * 40},
    {"id": "wamid.poison", "status": "read", "timestamp": "-1"},
    {"id": "wamid.poison", "status": "read", "timestamp": "NaN"},
    {"id": "wamid.poison", "status": "levitated", "timestamp": "1772424000"},
    {"id": {"nested": ["deep"]}, "status": "read", "timestamp": "1772424000"},
    {"id": "wamid.poison", "status": "failed", "timestamp": "1772424000", "errors": [{"code": "not a number"}]},
    {
        "id": "wamid.poison",
        "status": "failed",
        "timestamp": "1772424000",
        "errors": [{"code": 10**30, "title": "\x00"}],
    },
    {"id": "wamid.poison", "status": "sent", "timestamp": "1772424000", "biz_opaque_callback_data": "\x00" * 600},
    {"id": "wamid.poison", "status": "sent", "timestamp": "1772424000", "recipient_user_id": "HK." + "9" * 300},
)
