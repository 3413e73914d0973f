"""Everybody who looks at the house full of canaries without the right to: over MCP and REST, and at the desk."""

import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Person
from accounts.roles import AUDIT, SERVE
from approvals.models import ActionRequest
from approvals.registry import Kind, Tool
from audit.export import export
from audit.seal import seal
from messaging.models import Audience, Contact, Conversation, ImportBatch, Send, Template
from tests.factories import ada_wong, vera_ng
from tests.hostile import canaries
from tests.hostile.canary_story import Story
from tests.matrix.tea_houses import tools

# Text where something else belongs. None of it may come back, be logged or be kept.
WRONG: tuple[Any, ...] = (
    {"phone": f"{canaries.PHONE} {canaries.NAME}", "rule": f'name = "{canaries.NAME}"', "limit": canaries.PHONE},
    {"contact_id": canaries.PHONE, "contact_ids": [canaries.NAME], "preview_id": canaries.CRM_ID, "reason": 7},
    {"cursor": canaries.TOKEN, "content": f"{canaries.NAME},{canaries.PHONE}\n", "name": {"x": canaries.VOUCHER}},
    {"phone": {"number": canaries.PHONE}, "language": canaries.NAME, "country": canaries.NAME, "tag": [canaries.WORDS]},
    [canaries.NAME],
    f'{{"name": "{canaries.NAME}", "phone": "{canaries.PHONE}',
)


def ask_wrongly(story: Story) -> None:
    """Every tool over both faces with personal data in the wrong places, and with keys that are none."""
    for tool in tools():
        for wrong in WRONG:
            story.over_rest(tool.name, wrong)
            if isinstance(wrong, dict):
                story.over_mcp(tool.name, wrong)
        story.over_rest(tool.name, {}, key=f"{story.key}x")
    story.over_rest("whatsapp.contacts.list", {}, key=canaries.TOKEN)


def read_everything(story: Story) -> None:
    """Every reading tool: by an agent over both faces, by an auditor, and by Mei, who sees personal data."""
    browser = Client()
    browser.force_login(story.mei)
    asked = _asked(story)
    for tool in _reading():
        assert tool.name in asked, f"say in canary_readers.py what {tool.name} is asked here"
        for arguments in asked[tool.name]:
            reader = {AUDIT: story.auditor, SERVE: story.server}.get(tool.scope)
            answer = story.over_mcp(tool.name, arguments, reader)
            assert "data" in answer, (tool.name, answer)
            if reader is None:
                story.over_rest(tool.name, arguments)
            story.see(tool.name, browser.post(f"/api/tools/{tool.name}", arguments, content_type="application/json"))


def _reading() -> list[Tool]:
    """Of the channel that the story is told on: only there is something to read."""
    return [tool for tool in tools() if tool.kind in (Kind.READ, Kind.STATUS) and tool.family == "whatsapp"]


def _asked(story: Story) -> dict[str, list[dict[str, Any]]]:
    her, send = Contact.objects.get(phone=canaries.PHONE), Send.objects.get()
    nothing: list[dict[str, Any]] = [{}]
    return {
        "whatsapp.action_request.status": [
            {"action_request_id": str(one)} for one in ActionRequest.objects.values_list("pk", flat=True)
        ],
        "whatsapp.audit_logs.list": nothing,
        "whatsapp.broadcasts.list": nothing,
        "whatsapp.business_profile.get": [{"sender_id": str(story.sender.pk)}],
        "whatsapp.campaign_report.get": [{"broadcast_id": str(send.pk)}],
        "whatsapp.config.get": nothing,
        "whatsapp.consent_records.list": [{}, {"contact_id": str(her.key)}],
        "whatsapp.contact.get": [
            {"contact_id": str(key)} for key in Contact.objects.order_by("pk").values_list("key", flat=True)[:3]
        ],
        "whatsapp.contacts.list": [{}, {"phone": canaries.PHONE}, {"opted_out": True}],
        "whatsapp.conversation.get": [
            {"conversation_id": str(key)} for key in Conversation.objects.order_by("pk").values_list("pk", flat=True)
        ],
        "whatsapp.conversation_summary.get": nothing,
        "whatsapp.conversations.list": nothing,
        "whatsapp.flows.list": nothing,
        "whatsapp.inbox_assignments.list": nothing,
        "whatsapp.keyword_rules.list": nothing,
        "whatsapp.media_assets.list": nothing,
        "whatsapp.message_delivery.list": [{"broadcast_id": str(send.pk)}],
        "whatsapp.opt_outs.list": nothing,
        "whatsapp.phone_numbers.list": nothing,
        "whatsapp.policy_rules.get": nothing,
        "whatsapp.segments.list": nothing,
        "whatsapp.template.get": [{"template_id": str(Template.objects.get().pk)}],
        "whatsapp.template_quality.get": [{"template_id": str(Template.objects.get().pk)}],
        "whatsapp.templates.list": nothing,
        "whatsapp.webhook_logs.list": nothing,
    }


def take_the_record_out(story: Story) -> None:
    seal(timezone.now())
    out = io.BytesIO()
    export(out, timezone.now())
    story.told["audit export"] = out.getvalue().decode()


def walk_the_desk(story: Story) -> None:
    """A viewer opens every page and searches; a marketer opens every list; those who may see it open what holds it."""
    viewer = vera_ng()
    for address in (*_lists(), *_rows()):
        _open(story, viewer, address, story.told)
    for address in _lists():
        _open(story, story.sam, address, story.told)
    contacts = reverse("admin:messaging_contact_changelist")
    for query in (f"phone={quote(canaries.PHONE)}", f"name__icontains={canaries.NAME}", f"q={quote(canaries.PHONE)}"):
        _open(story, viewer, f"{contacts}?{query}", {})  # the page repeats what was typed; the log must not
    her = Contact.objects.get(phone=canaries.PHONE)
    _open(story, story.mei, reverse("admin:messaging_contact_change", args=(her.pk,)), story.shown)
    for page, row in (("messaging_whatsappaccount", story.sender.account), ("accounts_agent", story.agent)):
        _open(story, ada_wong(), reverse(f"admin:{page}_change", args=(row.pk,)), story.shown)


def _open(story: Story, person: Person, address: str, seen: dict[str, str]) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    answer = browser.get(address)
    assert answer.status_code < 500, (person, address)
    seen[f"{person.username} {address}"] = answer.content.decode()


def _lists() -> Iterator[str]:
    yield reverse("admin:index")
    for model in admin.site._registry:
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield f"{reverse(f'{label}_changelist')}{_NARROWED.get(model.__name__, str)()}"


def _rows() -> Iterator[str]:
    """Each address about a row that most likely holds something: hers where there is one, else the newest."""
    for model, page in admin.site._registry.items():
        rows = model._default_manager.order_by("pk")
        hers = {"Contact": {"phone": canaries.PHONE}, "Message": {"address": canaries.PHONE},
                "AudienceMember": {"address": canaries.PHONE}, "ImportRow": {"phone": canaries.PHONE}}  # fmt: skip
        row = rows.filter(**hers.get(model.__name__, {})).last()
        if row is not None:
            yield from _addresses(page, row)


# Lists that show nothing until they are told of what.
_NARROWED = {
    "AudienceMember": lambda: f"?audience={Audience.objects.order_by('pk').last().pk}",  # type: ignore[union-attr]
    "ImportRow": lambda: f"?batch={ImportBatch.objects.get().pk}",
}


def _addresses(page: Any, row: Model) -> Iterator[str]:
    for pattern in page.get_urls():
        if pattern.name and len(re.findall(r"<(?:\w+:)?\w+>|\(\[\^/\]\+\)", str(pattern.pattern))) == 1:
            try:
                yield reverse(f"admin:{pattern.name}", args=(row.pk,))
            except NoReverseMatch:
                continue
