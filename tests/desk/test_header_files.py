"""The file in a template's header at the desk: a picture is seen, another file is named, and nobody reads an id."""

import pytest

from messaging.admin.bubbles import bubble_of
from messaging.admin.header_files import with_file
from messaging.models import Message, TemplateTranslation
from tests.desk.counter import ann_asks
from tests.desk.harbour import page
from tests.factories import (
    NOON,
    SendFactory,
    TemplateFactory,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    vera_ng,
)
from tests.messaging.whatsapp.media.files import PDF
from tests.messaging.whatsapp.media.shelves import on_shelf

pytestmark = pytest.mark.django_db

BODY = {"text": "Hello {{1}}", "examples": {"1": "Mei"}}


def words(kind: str = "image") -> dict[str, object]:
    return {
        "name": "spring", "language": "en", "category": "MARKETING", "style": "POSITIONAL",
        "header": {"kind": kind, "example": "4::aW1h"}, "body": BODY,
    }  # fmt: skip


def sent_with(value: str) -> Message:
    """What Ann got at noon of a broadcast with a picture in its header."""
    conversation = ann_asks()
    template = TemplateFactory(account=conversation.sender.account, name="spring")
    send = SendFactory(people=[conversation.contact], sender=conversation.sender, template=template, state="completed")
    translation = TemplateTranslation.objects.get(template=template)
    TemplateTranslation.objects.filter(pk=translation.pk).update(definition=words())
    return Message.objects.create(
        organisation=send.organisation, send=send, contact=conversation.contact, sender=conversation.sender,
        address=conversation.contact.phone, address_kind="phone", category="marketing", queued_at=NOON, handed_at=NOON,
        translation=translation,
        values={"1": "Ann", "header": value},
    )  # fmt: skip


def test_the_picture_of_a_broadcast_stands_in_the_conversation() -> None:
    asset = on_shelf(name="Spring menu")
    message = sent_with(str(asset.pk))
    conversation = message.contact.conversations.get()
    for person in (ken_ho(), mei_chan()):
        shown = page(person, "messaging_conversation_change", conversation.pk)
        assert shown.count('<img class="cs-picture" src="/media/') == 1
        assert str(asset.pk) not in shown.replace(f'<option value="{asset.pk}">', "")


def test_the_picture_stands_on_the_page_of_the_message_though_its_values_are_masked() -> None:
    asset = on_shelf(name="Spring menu")
    shown = page(vera_ng(), "messaging_message_change", sent_with(str(asset.pk)).pk)
    assert '<img class="cs-bubble-picture" src="/media/' in shown
    assert 'alt="Spring menu"' in shown


def test_another_tenants_file_and_one_that_is_gone_are_a_picture_in_words() -> None:
    theirs = on_shelf(organisation=other_tenant())
    drawn = bubble_of(
        TemplateTranslation(language="en", definition=words()), {"1": "Ann", "header": str(theirs.pk)}, ""
    )
    shown = with_file(drawn, harbour_tea().pk)
    assert (shown.media, shown.picture) == ("Picture", "")


def test_what_is_no_picture_is_told_by_its_name() -> None:
    asset = on_shelf(PDF, kind="document", content_type="application/pdf", name="Price list")
    translation = TemplateTranslation(language="en", definition=words("document"))
    shown = with_file(bubble_of(translation, {"1": "Ann", "header": str(asset.pk)}, ""), harbour_tea().pk)
    assert (shown.media, shown.picture) == ("Price list", "")


def test_a_sample_that_lies_at_meta_is_a_picture_in_words() -> None:
    assert bubble_of(TemplateTranslation(language="en", definition=words()), None, "").media == "Picture"
