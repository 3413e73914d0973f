"""`sms_dispatch_*`: texts through the engine and each HTTP gateway's adapter to a sink, against the adapter bare."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from benchmarks import sms_world
from benchmarks.delivery import Terms, crowd, lane_rate, queued
from benchmarks.measuring import Outcome, in_turns
from benchmarks.processes import running
from messaging.models import Sender, TemplateTranslation
from sms.gateways.gateway import Submission
from sms.models import SenderId
from sms.text import measure
from sms.ways import Way, way_of

TEXT = "Harbour Tea: {{1}}, spring tea is in. Stop: 21234567"
LARGEST_BARE = 5_000  # messages

# A gateway in words, as an operator would describe it.
_DESCRIBED: Mapping[str, Any] = {
    "headers": {"Authorization": "Bearer {secret.token}"},
    "json_body": {"to": "{to_digits}", "from": "{sender}", "text": "{text}", "ref": "{reference}", "dlr": "{callback}"},
    "accepted": {
        "when": [{"at": {"json_pointer": "/state"}, "is_one_of": ["queued"]}], "id": {"json_pointer": "/id"},
    },
    "refused": [{"statuses": [400], "failure": "content"}, {"statuses": [429], "failure": "route"}],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that a send of one text needs, and the way that it goes."""

    sender: Sender
    translation: TemplateTranslation
    terms: Terms
    way: Way


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    count = 5_000 * scale
    identity = stage("bench-sms-gateways", count)
    with ExitStack() as at_work:
        # All of them before the first text: sending threads know of new gateways only after a few seconds.
        ports = {kind: at_work.enter_context(running("benchmarks.sink", "0", kind)) for kind in _accounts(0)}
        stages = {kind: on_way(identity, kind, *_accounts(port)[kind]) for kind, port in ports.items()}
        for kind, one in stages.items():
            outcome = Outcome(f"sms_dispatch_{kind}", "messages/s", "messages/s bare client", None)
            outcome.notes.append(f"{count:,} texts, one lane; sink and engine share the cores")
            yield in_turns(outcome, rounds, partial(dispatched, one, count), partial(_bare, one.way, count))


def stage(slug: str, people: int) -> SenderId:
    """A sender ID of an organisation in which so many people agreed to texts."""
    where = crowd(slug, people)
    sms_world.agree(where)
    return sms_world.sender_id(where)


def on_way(identity: SenderId, kind: str, configuration: Mapping[str, Any], secrets: Mapping[str, Any]) -> Stage:
    """A text that goes by a gateway of this kind alone."""
    row = sms_world.gateway(identity, kind, configuration, secrets)
    translation = sms_world.texts(identity.organisation, {"en": TEXT}).translations.get(language="en")
    assert identity.sender is not None
    return Stage(identity.sender, translation, sms_world.terms(translation, row), way_of(row))


def dispatched(one: Stage, count: int) -> float:
    """Texts a second of one lane."""
    return lane_rate(queued(one.sender, one.translation, count, one.terms))


def _bare(way: Way, count: int) -> float:
    """The gateway's adapter, one thread, nothing around it."""
    text = TEXT.replace("{{1}}", "Customer 1")
    size = measure(text)
    most = min(count, LARGEST_BARE)
    began = time.perf_counter()
    for n in range(most):
        to = f"+8526{n:07d}"
        way.adapter.send(way.account, Submission(uuid4(), sms_world.SENDER_ID, to, text, size.encoding, size.parts))
    return most / (time.perf_counter() - began)


def _accounts(port: int) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Kind of gateway -> configuration and secrets of an account that sends to this port."""
    here = f"http://127.0.0.1:{port}"
    return {
        "twilio": ({"account_sid": f"AC{1:032d}", "base_url": here}, {"auth_token": "bench-auth-token"}),
        "vonage": (
            {"api_key": "bench123", "base_url": here},
            {"signature_secret": "bench-signature", "api_secret": "bench-secret"},
        ),
        "infobip": ({"base_url": here}, {"api_key": "bench-api-key"}),
        "generic": ({"url": f"{here}/send", **_DESCRIBED}, {"values": {"token": "bench-token"}}),
    }
