"""Decisions at the desk: in person, on what was read, with the password where it is asked, and never by a link."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from approvals.models import ActionRequest, Decision, Policy
from audit.models import Entry
from tests.desk.harbour import page, press, signed_in, spring_tea_waits, state_of, status
from tests.factories import PASSWORD, PersonFactory, ada_wong, harbour_tea, ken_ho, mei_chan, other_tenant, sam_lee

pytestmark = pytest.mark.django_db


def asked_with_password() -> ActionRequest:
    Policy.objects.create(
        organisation=harbour_tea(), name="Twice", tools="whatsapp.broadcast.schedule", asks_password=True
    )
    return spring_tea_waits()


def test_an_approval_moves_the_request_and_keeps_the_note(request_: ActionRequest) -> None:
    answer = press(mei_chan(), request_, "approve", note="Read all samples.")
    assert answer.status_code == 302
    assert state_of(request_) == "approved"
    decision = Decision.objects.get(request=request_)
    assert (decision.person, decision.verdict, decision.note) == (mei_chan(), "approve", "Read all samples.")


def test_a_rejection_needs_a_note_and_says_so_without_losing_the_page(request_: ActionRequest) -> None:
    answer = press(mei_chan(), request_, "reject", note="  ")
    assert answer.status_code == 409
    assert "Say why." in answer.content.decode()
    assert state_of(request_) == "pending"
    assert press(mei_chan(), request_, "reject", note="Too soon.").status_code == 302
    assert state_of(request_) == "rejected"


def test_asking_for_changes_turns_down_with_the_wish(request_: ActionRequest) -> None:
    press(mei_chan(), request_, "changes", note="Write to VIPs first.")
    decision = Decision.objects.get(request=request_)
    assert (state_of(request_), decision.verdict, decision.note) == ("rejected", "changes", "Write to VIPs first.")


@pytest.mark.parametrize("verdict", ["approve", "reject", "changes", "withdraw"])
def test_a_link_decides_nothing(request_: ActionRequest, verdict: str) -> None:
    assert status(mei_chan(), f"approvals_actionrequest_{verdict}", request_.pk, note="x", seal=request_.seal) == 405
    assert state_of(request_) == "pending"


def test_a_decision_without_a_csrf_token_is_refused(request_: ActionRequest) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(mei_chan())
    address = reverse("admin:approvals_actionrequest_approve", args=(request_.pk,))
    assert client.post(address, {"seal": request_.seal}).status_code == 403
    assert state_of(request_) == "pending"


def test_a_decision_is_given_on_the_seal_that_stood_on_the_page(request_: ActionRequest) -> None:
    for seal in ("", "0" * 64, request_.preview.seal):
        answer = press(mei_chan(), request_, "approve", seal=seal)
        assert answer.status_code == 409
        assert "What you were shown is not what this request would do." in answer.content.decode()
    assert state_of(request_) == "pending"
    assert f'name="seal" value="{request_.seal}"' in page(mei_chan(), "approvals_actionrequest_change", request_.pk)


def test_whose_agent_asked_does_not_decide_and_may_withdraw(request_: ActionRequest) -> None:
    sam = sam_lee()
    sam.role = Role.COMPLIANCE
    sam.save()
    shown = page(sam, "approvals_actionrequest_change", request_.pk)
    assert "Nobody decides a request that they, or an agent they own, made." in shown
    assert 'data-dialog="approve"' not in shown
    assert press(sam, request_, "approve").status_code == 409
    assert state_of(request_) == "pending"
    assert press(sam, request_, "withdraw").status_code == 302
    assert state_of(request_) == "withdrawn"


def test_a_superuser_decides_no_more_than_anybody(request_: ActionRequest) -> None:
    boss = PersonFactory(username="boss", role=Role.ADMIN, is_superuser=True)
    for verdict in ("approve", "reject", "changes", "withdraw"):
        assert press(boss, request_, verdict, note="I can.").status_code == 409
    assert state_of(request_) == "pending"


def test_a_superuser_without_organisation_finds_no_request(request_: ActionRequest) -> None:
    root = PersonFactory(username="root", organisation=None, role=Role.ADMIN, is_superuser=True)
    assert press(root, request_, "approve").status_code == 404
    assert status(root, "approvals_actionrequest_change", request_.pk) == 404


@pytest.mark.parametrize("who", [ada_wong, ken_ho])
def test_a_role_that_is_not_asked_does_not_decide(request_: ActionRequest, who) -> None:  # type: ignore[no-untyped-def]
    assert press(who(), request_, "approve").status_code == 409
    assert state_of(request_) == "pending"


def test_another_tenants_request_is_as_unknown_as_none(request_: ActionRequest) -> None:
    stranger = PersonFactory(username="lily", organisation=other_tenant(), role=Role.COMPLIANCE)
    unknown = "00000000-0000-4000-8000-000000000000"
    for key in (request_.pk, unknown):
        assert status(stranger, "approvals_actionrequest_change", key) == 404
        assert status(stranger, "approvals_actionrequest_approve", key, method="post", seal=request_.seal) == 404
    assert state_of(request_) == "pending"


def test_the_password_is_asked_again_where_a_policy_says_so() -> None:
    request = asked_with_password()
    assert 'type="password"' in page(mei_chan(), "approvals_actionrequest_change", request.pk)
    assert "This decision needs your password." in press(mei_chan(), request, "approve").content.decode()
    assert "This is not your password." in press(mei_chan(), request, "approve", password="wrong").content.decode()
    assert state_of(request) == "pending"
    assert press(mei_chan(), request, "approve", password=PASSWORD).status_code == 302
    assert state_of(request) == "approved"


def test_five_wrong_passwords_close_the_door_to_the_right_one() -> None:
    request = asked_with_password()
    for _attempt in range(5):
        press(mei_chan(), request, "approve", password="wrong")
    assert Entry.objects.filter(action="request.password_wrong").count() == 5
    answer = press(mei_chan(), request, "approve", password=PASSWORD)
    assert "Too many wrong passwords." in answer.content.decode()
    assert state_of(request) == "pending"


def test_a_typed_password_is_never_shown_again() -> None:
    request = asked_with_password()
    answer = press(mei_chan(), request, "approve", password="almost-right", note="Looks good")
    assert "almost-right" not in answer.content.decode()
    assert "Looks good" in answer.content.decode()


def test_nobody_decides_twice(request_: ActionRequest) -> None:
    press(mei_chan(), request_, "approve")
    answer = press(mei_chan(), request_, "reject", note="No, wait.")
    assert answer.status_code == 409
    assert state_of(request_) == "approved"


def test_the_page_itself_takes_no_form(request_: ActionRequest) -> None:
    client = signed_in(mei_chan())
    address = reverse("admin:approvals_actionrequest_change", args=(request_.pk,))
    answer = client.post(address, {"state": "approved", "_save": "1"})
    assert answer.status_code == 405
    assert not list(get_messages(answer.wsgi_request))
    assert state_of(request_) == "pending"


def test_requests_are_neither_added_nor_deleted_nor_handled_by_the_dozen(request_: ActionRequest) -> None:
    mei = mei_chan()
    assert status(mei, "approvals_actionrequest_add") == 403
    assert status(mei, "approvals_actionrequest_delete", request_.pk) == 403
    listed = reverse("admin:approvals_actionrequest_changelist")
    signed_in(mei).post(listed, {"action": "delete_selected", "_selected_action": [str(request_.pk)], "post": "yes"})
    assert ActionRequest.objects.filter(pk=request_.pk).exists()
    assert 'name="action"' not in page(mei, "approvals_actionrequest_changelist")
