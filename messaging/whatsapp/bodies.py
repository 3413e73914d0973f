"""The bodies of WhatsApp messages: a template in the recipient's language with their values, or the approved reply."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from messaging.engine.bodies import Build, register
from messaging.engine.taken import Taken
from messaging.models import Channel, Reply, TemplateTranslation
from messaging.whatsapp.commerce.message import links_of, with_link
from messaging.whatsapp.media.headers import make_ready, media_ids, with_media_id
from messaging.whatsapp.templates.build import message_body
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.named_values import values_of


def prepare(batch: Sequence[Taken]) -> Build:
    """Read the definitions that this batch needs, each once."""
    wanted = {taken.translation_id for taken in batch if taken.translation_id is not None}
    written = dict(TemplateTranslation.objects.filter(pk__in=wanted).values_list("pk", "definition"))
    free = {taken.send_id for taken in batch if taken.translation_id is None}
    replies: dict[UUID, dict[str, Any]] = dict(Reply.objects.filter(pk__in=free).values_list("pk", "body"))
    links = links_of(free) if free else {}
    files = media_ids(batch)
    read: dict[UUID, Definition] = {}

    def build(taken: Taken) -> dict[str, Any]:
        """The fragment a carrier takes. Raises LookupError without any text, Refused for values Meta would refuse."""
        key = taken.translation_id
        if key is None and taken.send_id in links:
            return with_link(replies[taken.send_id], links[taken.send_id])
        if key is None and taken.send_id in replies:
            return replies[taken.send_id]
        if key is None or key not in written:
            raise LookupError("The message has no template to be sent with.")
        if key not in read:
            read[key] = Definition.model_validate(written[key])
        return message_body(read[key], values_of(read[key], with_media_id(read[key], taken.values, files)))

    return build


register(Channel.WHATSAPP, prepare, ready=make_ready)
