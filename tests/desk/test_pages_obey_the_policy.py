"""The content security policy forbids scripts in pages: no page of ours may need one."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from approvals.models import ActionRequest
from tests.desk.harbour import signed_in, the_send
from tests.factories import ada_wong, mei_chan

pytestmark = pytest.mark.django_db

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son(click|load|submit|change|error|input|focus)\s*=", re.IGNORECASE)


def addresses(request: ActionRequest) -> list[str]:
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in admin.site._registry
    ]
    return [
        *lists,
        reverse("admin:index"),
        reverse("admin:approvals_actionrequest_change", args=(request.pk,)),
        reverse("admin:messaging_send_change", args=(the_send().pk,)),
        reverse("admin:accounts_agent_add"),
        reverse("second_factor:set_up"),
    ]


def test_no_page_holds_a_script_or_a_handler(request_: ActionRequest) -> None:
    client = signed_in(ada_wong())
    for address in addresses(request_):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert not INLINE_SCRIPT.search(text), address
        assert not HANDLER.search(text), address


def test_every_page_carries_the_policy(request_: ActionRequest) -> None:
    policy = signed_in(mei_chan()).get(reverse("admin:index"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy
