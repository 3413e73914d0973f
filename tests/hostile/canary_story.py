"""The main job with canaries in it, over every face, with all that goes wrong on the way."""

import base64
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from celery import current_app
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from mcp.shared.exceptions import MCPError

from accounts.actor import Actor, Face
from accounts.clock import database_now
from accounts.credentials import create_agent
from accounts.models import Agent
from accounts.roles import AUDIT, PERSONAL_DATA, SCOPES_OF_ROLE, SERVE, Role
from approvals.models import ActionRequest
from mcp_server.calling import use
from messaging.engine.lanes import run_lane
from messaging.engine.reap import reap
from messaging.engine.release import release_due
from messaging.inbox.arriving import arrivals
from messaging.inbox.shim import WebhookShim
from messaging.inbox.tasks import apply_webhooks
from messaging.models import Attempt, Contact, Message, Outbox, Send, Sender, Status
from simulators.process import GraphSimulator
from tests.factories import (
    MessagingRulesFactory,
    SenderFactory,
    mei_chan,
    sam_lee,
)
from tests.hostile import canaries
from tests.hostile.canaries import Watch
from tests.hostile.canary_places import broker
from tests.hostile.canary_template import approved_template
from tests.messaging.spring_tea import set_prices
from tests.simulators.graph.listener import Listener
from tests.webhooks import post

HEAD = "phone,name,tags,consent_source,consent_at,crm_id,attribute.voucher,opt_out,language"
LINES = (
    f"{canaries.PHONE},{canaries.NAME},tea,shop form,2026-01-05,{canaries.CRM_ID},{canaries.VOUCHER},,en",
    f"{canaries.STOPPED_PHONE},{canaries.NAME},tea,shop form,2026-01-05,,,yes,en",
    f"{canaries.REFUSED_PHONE}99999,{canaries.NAME},tea,shop form,2026-01-05,,,,en",
    f"12,{canaries.NAME},tea,shop form,{canaries.REFUSED_PHONE},,,{canaries.VOUCHER},{canaries.NAME}",
    *(f"+852510000{n:02d},Customer {n},tea,shop form,2026-01-05,,fine,,en" for n in range(9)),
)


@dataclass
class Story:
    """`told` is what callers without the right to personal data were answered, `shown` what others were."""

    simulator: GraphSimulator
    listener: Listener
    told: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    payloads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        MessagingRulesFactory(quiet_from="00:00", quiet_until="00:00", pair_gap_seconds=0)
        set_prices()
        self.mei, self.sam = mei_chan(), sam_lee()
        self.mei.set_password(canaries.PASSWORD)
        self.mei.save()
        where = self.sam.organisation
        assert where is not None
        self.agent, self.key = create_agent(where, self.sam, "Tea assistant", scopes=_scopes(Role.MARKETER))
        blind = sorted({*_scopes(Role.MARKETER), AUDIT} - {PERSONAL_DATA})
        self.auditor, _key = create_agent(where, self.mei, "Auditor", scopes=blind)
        self.server, _key = create_agent(where, self.mei, "Inbox assistant", scopes=["whatsapp:read", SERVE])
        self.sender: Sender = SenderFactory(
            provider_ref="555001", account__waba_id=self.simulator.waba_id, account__access_token=canaries.TOKEN,
            account__app_secret=canaries.APP_SECRET, account__verify_token=canaries.VERIFY_TOKEN,
        )  # fmt: skip
        self.translation = approved_template(self.sender)
        self.watch = Watch(self.key.split("_", 2)[2])

    # --- asking

    def over_mcp(self, tool: str, arguments: dict[str, Any], agent: Agent | None = None) -> dict[str, Any]:
        actor = Actor.of_agent(Agent.objects.get(pk=(agent or self.agent).pk), Face.MCP)
        try:
            result = use(tool, arguments, actor)
        except MCPError as error:
            self._tell(f"MCP {tool}", str(error))
            return {}
        self._tell(f"MCP {tool}", result.model_dump_json())
        return result.structured_content or {}

    def over_rest(self, tool: str, body: Any, key: str = "") -> dict[str, Any]:
        raw = body if isinstance(body, str) else json.dumps(body)
        answer = Client(raise_request_exception=False).post(
            f"/api/tools/{tool}", raw, content_type="application/json",
            headers={"Authorization": f"Bearer {key or self.key}"},
        )  # fmt: skip
        self._tell(f"REST {tool}", answer.content.decode())
        return answer.json()  # type: ignore[no-any-return]

    def wish(self, tool: str, **arguments: Any) -> ActionRequest:
        wish = {**arguments, "idempotency_key": uuid4().hex, "reason": "Spring tea is in."}
        answer = self.over_rest(tool, wish)
        assert answer.get("request"), answer
        return ActionRequest.objects.get(pk=answer["request"]["action_request_id"])

    def approved(self, tool: str, **arguments: Any) -> ActionRequest:
        """A wish that is carried out, with a person's word where one is needed."""
        request = self.wish(tool, **arguments)
        if request.state == "pending":
            self.approve(request)
        return ActionRequest.objects.get(pk=request.pk)

    def approve(self, request: ActionRequest) -> None:
        """Mei reads the page, mistypes her password, and countersigns."""
        browser = Client()
        browser.force_login(self.mei)
        pages = "admin:approvals_actionrequest_{}"
        self.see(f"desk of {request.tool}", browser.get(reverse(pages.format("change"), args=(request.pk,))))
        for password in (canaries.PASSWORD + "x",) * request.asks_password + (canaries.PASSWORD,):
            form = {"seal": request.seal, "password": password}
            self.see(
                f"approving {request.tool}", browser.post(reverse(pages.format("approve"), args=(request.pk,)), form)
            )
        self.answer_the_bell()
        assert ActionRequest.objects.filter(pk=request.pk, state="succeeded").exists(), request.tool

    def see(self, label: str, answer: Any) -> None:
        self.shown[f"{label} {len(self.shown)}"] = answer.content.decode()

    def _tell(self, label: str, text: str) -> None:
        self.told[f"{label} {len(self.told)}"] = text

    def answer_the_bell(self) -> None:
        """Do as a worker does with what waits in the queue, and keep every payload."""
        while raw := broker().rpop("celery"):
            self.payloads.append(raw.decode())
            message = json.loads(raw)
            arguments, keywords, _rest = json.loads(base64.b64decode(message["body"]))
            current_app.tasks[message["headers"]["task"]].apply(arguments, keywords)

    # --- the acts

    def import_contacts(self) -> None:
        file = "\n".join((HEAD, *LINES)) + "\n"
        preview = self.over_mcp("whatsapp.contact_import.preview", {"name": "march.csv", "content": file})
        assert preview["data"]["new"] >= 10, preview
        self.approved("whatsapp.contact.import", preview_id=preview["preview_id"])
        assert Contact.objects.filter(phone=canaries.PHONE, name=canaries.NAME).exists()

    def broadcast(self) -> Send:
        saved = self.approved("whatsapp.segment.upsert", name="Tea drinkers", rule='tag = "tea"').result or {}
        ask = {
            "name": "Spring tea",
            "segment_id": str(saved["segment_id"]),
            "template_id": str(self.translation.template_id),
            "sender_id": str(self.sender.pk),
            "variables": [
                {"name": "1", "source": "name"},
                {"name": "2", "source": "attribute", "attribute": "voucher"},
            ],
            "due_at": (timezone.now() + timedelta(seconds=1)).isoformat(),
        }
        preview = self.over_mcp("whatsapp.broadcast.preview", ask)
        for tool in ("whatsapp.broadcast.create", "whatsapp.broadcast.schedule"):
            self.approved(tool, preview_id=preview["preview_id"])
        return Send.objects.get()

    def send(self, send: Send) -> None:
        """First nobody gets through, then one who is never heard of again, then some; reports come in any order."""
        release_due(send.due_at + timedelta(seconds=1))
        self.simulator.misbehave(throttled_share=1.0)
        while not Attempt.objects.exclude(code="").exists():
            run_lane(self.sender.pk, 1.0, idle=0.3)
        self.simulator.misbehave(throttled_share=0.0, silent_share=1.0)
        while not self._on_their_way():
            Outbox.objects.filter(pk=Outbox.objects.values("pk")[:1]).update(due_at=database_now())
            run_lane(self.sender.pk, 1.0, idle=0.3)
        self.simulator.misbehave(
            lost_share=0.3, error_accepted_share=0.2, silent_share=0.3, undelivered_share=0.5, fails_later={131026: 0.3}
        )
        Outbox.objects.update(due_at=database_now())  # as if the wait that the provider asks for were over
        run_lane(self.sender.pk, 20.0, idle=0.3)
        reap(database_now())
        self.hear_webhooks()

    def hear_webhooks(self) -> None:
        """What the provider has posted goes through the house's own door, signed by the provider."""
        self.simulator.wait_until_quiet()
        commit = arrivals(after_commit=lambda: apply_webhooks.delay())
        door = WebhookShim(lambda _environ, _start: [b""], commit)
        for one in self.listener.posts:
            self._tell("webhook", post(door, one.raw, one.signature)[1].decode())
            self._tell("forged webhook", post(door, one.raw + b" ", one.signature)[1].decode())
        commit.stop()
        self.listener.forget()
        self.answer_the_bell()

    def customers_write(self) -> None:
        """She writes; somebody says STOP; and three things arrive that nobody can make sense of."""
        self.simulator.inbound(canaries.STOPPED_PHONE, "STOP")
        self.simulator.inbound("+85251000003", canaries.WORDS)
        her = canaries.PHONE.removeprefix("+")
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": self.sender.number, "phone_number_id": self.sender.provider_ref},
            "contacts": [{"profile": {"name": canaries.PROFILE}, "wa_id": her}],
            "messages": [{"from": her, "id": "wamid.her", "timestamp": str(int(timezone.now().timestamp())),
                          "type": "text", "text": {"body": canaries.WORDS}}],
            "statuses": [{"id": wamid, "status": "failed", "recipient_id": her,
                          "timestamp": str(int(timezone.now().timestamp())),
                          "errors": [{"code": 131026, "title": f"Undeliverable to +{her}",
                                      "error_data": {"details": f"+{her} {canaries.NAME}"}}]}
                         for wamid in ("wamid.unknown", self._on_their_way()[0])],
        }  # fmt: skip
        for kind, told in (("messages", value), ("a_kind_of_tomorrow", {"words": canaries.UNKNOWN_WORDS})):
            entry = {"id": self.sender.account.waba_id, "changes": [{"field": kind, "value": told}]}
            self.simulator.webhook({"object": "whatsapp_business_account", "entry": [entry]})
        self.simulator.webhook(raw=f"not JSON {canaries.UNKNOWN_WORDS}".encode())
        self.hear_webhooks()

    @staticmethod
    def _on_their_way() -> list[str | None]:
        """The ids of messages that have not been delivered yet: one is silent (`send`)."""
        on_their_way = Message.objects.exclude(provider_id=None).filter(status__in=(Status.ACCEPTED, Status.SENT))
        return list(on_their_way.values_list("provider_id", flat=True))


def _scopes(role: Role) -> list[str]:
    return sorted(SCOPES_OF_ROLE[role])
