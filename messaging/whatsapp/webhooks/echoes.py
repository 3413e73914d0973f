"""What was sent from the WhatsApp Business app on the phone, beside the API (coexistence)."""

from messaging.whatsapp.webhooks.inbound import said_in
from messaging.whatsapp.webhooks.items import EchoItem
from messaging.whatsapp.webhooks.management import each_of
from messaging.whatsapp.webhooks.place import Place
from messaging.whatsapp.webhooks.reading import Object, Unreadable, inner, moment, phone, required, text, user_id


def _echo(raw: Object, number: str, _place: Place) -> EchoItem:
    if not number:
        raise Unreadable("metadata.phone_number_id is missing")
    provider_id = required(raw, "id")
    who, who_id = phone(raw, "to"), user_id(raw, "to_user_id", "to")
    if not who and not who_id:
        raise Unreadable("neither to nor to_user_id names the person")
    kind = text(raw, "type", 24) or "unknown"
    content = inner(raw, kind)
    return EchoItem(
        dedupe_key=f"echo:{number}:{provider_id}",
        sender_ref=number,
        provider_id=provider_id,
        at=moment(raw, "timestamp"),
        phone=who,
        user_id=who_id,
        kind=kind,
        text=said_in(raw)[0],
        target_id=text(content, "message_id", 255) or text(content, "original_message_id", 255),
    )


read_echoes = each_of("message_echoes", _echo)
