"""Whom a flat tool is about, however their number is written."""

import pytest

from accounts.actor import Actor, Face
from approvals.reasons import Reason, Refused
from approvals.registry import Call
from messaging.models import Identity
from messaging.tools.meta.customers import CustomerAsk, customer_number, find_customer
from messaging.tools.meta.refusing import renamed
from tests.factories import NOON, ContactFactory, harbour_tea, mei_chan, other_tenant

pytestmark = pytest.mark.django_db


def meis() -> Call:
    return Call(Actor.of_person(mei_chan(), Face.REST), NOON)


@pytest.mark.parametrize("spelling", ["85261234567", "+85261234567", "+852 6123 4567", "0085261234567", "HK.24681012"])
def test_ann_is_found_by_her_number_with_and_without_its_plus_and_by_her_user_id(spelling: str) -> None:
    ann = ContactFactory(organisation=harbour_tea(), phone="+85261234567", bsuid="HK.24681012")
    assert find_customer(meis(), spelling) == ann
    assert customer_number(ann) == "85261234567"


def test_who_has_no_number_is_called_by_their_user_id() -> None:
    assert customer_number(ContactFactory(phone=None, bsuid="HK.24681012")) == "HK.24681012"


def test_a_mexican_customer_is_found_by_the_number_as_whatsapp_writes_it() -> None:
    lupe = ContactFactory(organisation=harbour_tea(), phone="+525512345678")
    assert find_customer(meis(), "5215512345678") == lupe


def test_a_number_that_is_in_no_plan_is_found_where_whatsapp_has_told_of_it() -> None:
    bo = ContactFactory(organisation=harbour_tea(), phone=None, bsuid="HK.1")
    Identity.objects.create(organisation=harbour_tea(), contact=bo, kind="wa_id", value="99912345")
    assert find_customer(meis(), "+99912345") == bo


@pytest.mark.parametrize("whose", ["nobody's", "a rival's"])
def test_a_rivals_customer_is_as_unknown_as_nobodys(whose: str) -> None:
    if whose == "a rival's":
        ContactFactory(organisation=other_tenant(), phone="+85261234567")
    with pytest.raises(Refused) as no:
        find_customer(meis(), "85261234567", "to")
    assert [reason.as_dict() for reason in no.value.reasons] == [
        {
            "code": "customer_not_found",
            "text": "There is no such customer.",
            "fix": "Give the number with its country code, as list_conversations or whatsapp.contacts.list has it.",
            "field": "to",
        }
    ]


def test_the_only_channel_is_whatsapp_and_another_is_refused_by_name() -> None:
    assert CustomerAsk(customer_id="85261234567").channel == "whatsapp"
    with pytest.raises(ValueError, match="There is no channel “telegram” here, only “whatsapp”"):
        CustomerAsk(customer_id="85261234567", channel="telegram")


def test_a_refusal_takes_the_catalogues_code_and_keeps_the_ones_it_has_none_for() -> None:
    no = Refused(
        Reason("window_closed", "The window is closed.", "Wait.", "conversation_id"),
        Reason("sending_stopped", "Sending is stopped.", "Ask an administrator."),
    )
    told = renamed(
        no,
        {"window_closed": "TEMPLATE_REQUIRED"},
        fixes={"TEMPLATE_REQUIRED": "Use send_template."},
        fields={"conversation_id": "to"},
    )
    assert told.reasons == (
        Reason("TEMPLATE_REQUIRED", "The window is closed.", "Use send_template.", "to"),
        Reason("sending_stopped", "Sending is stopped.", "Ask an administrator."),
    )
