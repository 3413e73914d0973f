"""The Cloud API as typed calls of one account. Sends raise `SendFailed`; everything else raises `GraphError`.

What does not fit Meta's limits raises ValueError (pydantic's ValidationError is one) before anything has left.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from messaging.carriers import Accepted, Retry, SendFailed
from messaging.whatsapp import answers
from messaging.whatsapp.cloud.accounts import Accounts
from messaging.whatsapp.cloud.analytics import Analytics
from messaging.whatsapp.cloud.blocks import Blocks
from messaging.whatsapp.cloud.conversational import Conversational
from messaging.whatsapp.cloud.creative import Creative, CreativeOptOut
from messaging.whatsapp.cloud.flows import Flows
from messaging.whatsapp.cloud.library import Library
from messaging.whatsapp.cloud.media import Media
from messaging.whatsapp.cloud.numbers import Numbers
from messaging.whatsapp.cloud.profiles import Profiles
from messaging.whatsapp.cloud.qr_codes import QrCodes
from messaging.whatsapp.cloud.templates import Templates
from messaging.whatsapp.errors import classify
from messaging.whatsapp.graph import Address, AnswerLost, Credentials, GraphError, node
from messaging.wire import NotSent

__all__ = ["Address", "CloudApi", "Credentials", "GraphError"]

NOT_REACHED_SECONDS = 5.0  # wait after a connection that never stood


class CloudApi(
    Templates, Library, Creative, Numbers, Profiles, Media, Blocks, QrCodes, Flows, Conversational, Analytics, Accounts
):
    """Calls of one WhatsApp Business Account. Cheap to make; the session is shared between accounts and threads."""

    def send_message(self, phone_number_id: str, payload: Mapping[str, Any]) -> Accepted:
        """Hand one message over, once. Raises `SendFailed`, which says whether it may go again."""
        return self._hand_over(f"{node(phone_number_id)}/messages", payload)

    def send_marketing_message(
        self,
        phone_number_id: str,
        payload: Mapping[str, Any],
        unchanged: CreativeOptOut,
        policy: Literal["CLOUD_API_FALLBACK", "STRICT"] = "CLOUD_API_FALLBACK",
    ) -> Accepted:
        """Hand one marketing template over by the marketing endpoint, once; nothing about it is shared with ads.

        `unchanged` is the proof that Meta was told to change nothing about the account's messages. With STRICT a
        message that the endpoint cannot take is refused instead of going the usual way. Raises `SendFailed`.
        """
        if payload.get("type") != "template":
            raise SendFailed("payload_refused", "The marketing endpoint takes templates only", Retry.PERMANENT)
        body = {**payload, "product_policy": policy, "message_activity_sharing": False}
        return self._hand_over(f"{node(phone_number_id)}/marketing_messages", body)

    def mark_read(self, phone_number_id: str, message_id: str, *, typing: bool = False) -> None:
        """Show the customer that this message and all before it were read; and, for 25 seconds, that we write."""
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._confirm("POST", f"{node(phone_number_id)}/messages", body=body)

    def _hand_over(self, path: str, payload: Mapping[str, Any]) -> Accepted:
        try:
            status, body = self._graph.post_json(path, payload)
        except TypeError as error:  # orjson: not JSON, for instance half of a surrogate pair
            raise SendFailed("unreadable_payload", str(error), Retry.PERMANENT) from None
        except NotSent as error:
            raise SendFailed(
                "not_reached",
                f"No connection to Meta ({error})",
                Retry.NOT_ATTEMPTED,
                NOT_REACHED_SECONDS,
                scope="sender",
            ) from None
        except AnswerLost as error:
            raise SendFailed("answer_lost", f"Meta's answer was lost ({error})", Retry.UNSURE) from None
        if not 200 <= status < 300:
            raise classify(status, body)
        return _accepted(status, body)


def _accepted(status: int, body: bytes) -> Accepted:
    """A 2xx counts only with a message id; anything else may or may not have been taken."""
    try:
        sent = answers.Sent.model_validate_json(body)
    except ValidationError:
        raise SendFailed("unreadable_answer", f"HTTP {status} without a message id", Retry.UNSURE) from None
    message, contact = sent.messages[0], sent.contacts[0] if sent.contacts else answers.SentContact()
    held = message.message_status not in ("", "accepted")
    return Accepted(message.id, held=held, wa_id=contact.wa_id, user_id=contact.user_id)
