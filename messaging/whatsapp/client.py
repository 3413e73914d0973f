"""The Cloud API as typed calls of one account. Sends raise `SendFailed`; everything else raises `GraphError`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import requests
from pydantic import ValidationError

from messaging.carriers import Accepted, Retry, SendFailed
from messaging.whatsapp import answers
from messaging.whatsapp.errors import classify
from messaging.whatsapp.graph import UPLOAD_SECONDS, Address, AnswerLost, Credentials, Graph, GraphError, node
from messaging.wire import NotSent

__all__ = ["Address", "CloudApi", "Credentials", "GraphError"]

Listed = TypeVar("Listed", bound=answers.Answer)
NOT_REACHED_SECONDS = 5.0  # wait after a connection that never stood
PAGES_LIMIT = 1000
_UPLOAD = re.compile(r"upload:[^/\s#]{1,1000}")
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"
TEMPLATE_FIELDS = (
    "id,name,language,status,category,correct_category,previous_category,components,parameter_format,"
    "quality_score,rejected_reason,message_send_ttl_seconds"
)
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,quality_score,name_status,code_verification_status,"
    "account_mode,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_official_business_account"
)


class CloudApi:
    """Calls of one WhatsApp Business Account. Cheap to make; the session is shared between accounts and threads."""

    def __init__(self, credentials: Credentials, address: Address, session: requests.Session) -> None:
        self._graph = Graph(credentials, address, session)
        self._credentials = credentials

    def __repr__(self) -> str:
        return f"<CloudApi {self._graph!r}>"

    # --- messages

    def send_message(self, phone_number_id: str, payload: Mapping[str, Any]) -> Accepted:
        """Hand one message over, once. Raises `SendFailed`, which says whether it may go again."""
        try:
            status, body = self._graph.post_json(f"{node(phone_number_id)}/messages", payload)
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

    # --- templates

    def create_template(self, waba_id: str, payload: Mapping[str, Any]) -> answers.Created:
        """Submit a template for review. A lost answer is unsure: list by name before submitting again."""
        return self._graph.ask(answers.Created, "POST", f"{node(waba_id)}/message_templates", body=payload)

    def edit_template(self, template_id: str, payload: Mapping[str, Any]) -> None:
        """Replace all components (and category or lifetime) of a template; it goes back to review."""
        self._confirm("POST", node(template_id), body=payload)

    def delete_template(self, waba_id: str, name: str, template_id: str = "") -> None:
        """Delete one template. Without `template_id` every language of the name goes."""
        params = {"name": name} | ({"hsm_id": node(template_id)} if template_id else {})
        self._confirm("DELETE", f"{node(waba_id)}/message_templates", params=params)

    def list_templates(self, waba_id: str, *, status: str = "", name: str = "") -> Iterator[answers.TemplateNode]:
        """All templates of the account, page by page."""
        params = {"fields": TEMPLATE_FIELDS, "limit": "100"}
        params |= {key: value for key, value in (("status", status), ("name", name)) if value}
        return self._pages(answers.Page[answers.TemplateNode], f"{node(waba_id)}/message_templates", params)

    def get_template(self, template_id: str) -> answers.TemplateNode:
        """One template as Meta keeps it now."""
        return self._graph.ask(answers.TemplateNode, "GET", node(template_id), params={"fields": TEMPLATE_FIELDS})

    # --- numbers and profiles

    def list_phone_numbers(self, waba_id: str) -> Iterator[answers.PhoneNumber]:
        """All numbers of the account."""
        params = {"fields": NUMBER_FIELDS, "limit": "100"}
        return self._pages(answers.Page[answers.PhoneNumber], f"{node(waba_id)}/phone_numbers", params)

    def get_phone_number(self, phone_number_id: str) -> answers.PhoneNumber:
        """One number with quality, tier and throughput."""
        params = {"fields": f"{NUMBER_FIELDS},health_status"}
        return self._graph.ask(answers.PhoneNumber, "GET", node(phone_number_id), params=params)

    def get_business_profile(self, phone_number_id: str) -> answers.BusinessProfile:
        """The profile customers see. A number without one has an empty profile."""
        path = f"{node(phone_number_id)}/whatsapp_business_profile"
        page = self._graph.ask(answers.Page[answers.BusinessProfile], "GET", path, params={"fields": PROFILE_FIELDS})
        return page.data[0] if page.data else answers.BusinessProfile()

    def update_business_profile(self, phone_number_id: str, changes: Mapping[str, Any]) -> None:
        """Change the given fields of the profile and leave the others."""
        body = {**changes, "messaging_product": "whatsapp"}
        self._confirm("POST", f"{node(phone_number_id)}/whatsapp_business_profile", body=body)

    # --- media

    def upload_media(self, phone_number_id: str, content: bytes, mime_type: str, file_name: str) -> str:
        """Upload media for messages; the id lives 30 days."""
        fields = {"messaging_product": "whatsapp", "type": mime_type}
        files = {"file": (file_name, content, mime_type)}
        path = f"{node(phone_number_id)}/media"
        ask = self._graph.ask
        return ask(answers.Identified, "POST", path, data=fields, files=files, read_seconds=UPLOAD_SECONDS).id

    def find_media(self, media_id: str, phone_number_id: str) -> answers.MediaNode:
        """Where a customer's file can be fetched in the next five minutes, and its digest."""
        params = {"phone_number_id": node(phone_number_id)}
        return self._graph.ask(answers.MediaNode, "GET", node(media_id), params=params)

    def download_media(self, url: str, most_bytes: int) -> bytes:
        """The bytes behind `MediaNode.url`; whoever calls has made sure that the address is Meta's.

        Raises GraphError, with the title `too_large` for more than `most_bytes`.
        """
        try:
            return self._graph.download(url, most_bytes, UPLOAD_SECONDS)
        except NotSent as error:
            raise GraphError(None, "Meta could not be reached", str(error), retry=Retry.NOT_ATTEMPTED) from None
        except AnswerLost as error:
            raise GraphError(None, "Meta's answer was lost", str(error)) from None

    def start_upload(self, app_id: str, file_name: str, length: int, mime_type: str) -> str:
        """Open an upload for a template header or profile picture; `length` in bytes. Gives the upload's id."""
        params = {"file_name": file_name, "file_length": str(length), "file_type": mime_type}
        return self._graph.ask(answers.Identified, "POST", f"{node(app_id)}/uploads", params=params).id

    def upload(self, upload_id: str, content: bytes) -> str:
        """Send the bytes of a started upload. Gives the handle that a template header or profile wants."""
        if not _UPLOAD.fullmatch(upload_id):
            raise ValueError("This is not an upload id; start_upload gives one.")
        headers = {"file_offset": "0", "Content-Type": "application/octet-stream"}
        request = {"data": content, "headers": headers, "auth_kind": "OAuth", "read_seconds": UPLOAD_SECONDS}
        return self._graph.ask(answers.Handle, "POST", upload_id, **request).h

    # --- the app

    def subscribe_app(self, waba_id: str, callback_url: str = "", verify_token: str = "") -> None:
        """Have the account's webhooks sent to our app, or to another URL of at most 200 characters."""
        override = {"override_callback_uri": callback_url, "verify_token": verify_token}
        self._confirm("POST", f"{node(waba_id)}/subscribed_apps", body=override if callback_url else {})

    def debug_token(self) -> answers.TokenFacts:
        """What Meta knows of our own token: validity, end, permissions."""
        params = {"input_token": self._credentials.access_token}
        return self._graph.ask(_TokenAnswer, "GET", "debug_token", params=params).data

    def _confirm(self, method: str, path: str, **request: Any) -> None:
        if not self._graph.ask(answers.Done, method, path, **request).success:
            raise GraphError(None, "Meta did not confirm the change", "success was not true")

    def _pages(self, page: type[answers.Page[Listed]], path: str, params: dict[str, str]) -> Iterator[Listed]:
        """Follow the cursors, never the `next` link: it carries the token. Stops at a cursor that comes again."""
        seen: set[str] = set()
        for _turn in range(PAGES_LIMIT):
            found = self._graph.ask(page, "GET", path, params=params)
            yield from found.data
            after = found.paging.cursors.after
            if not (found.paging.next and after) or after in seen:
                return
            seen.add(after)
            params = params | {"after": after}


class _TokenAnswer(answers.Answer):
    data: answers.TokenFacts


def _accepted(status: int, body: bytes) -> Accepted:
    """A 2xx counts only with a message id; anything else may or may not have been taken."""
    try:
        sent = answers.Sent.model_validate_json(body)
    except ValidationError:
        raise SendFailed("unreadable_answer", f"HTTP {status} without a message id", Retry.UNSURE) from None
    message, contact = sent.messages[0], sent.contacts[0] if sent.contacts else answers.SentContact()
    held = message.message_status not in ("", "accepted")
    return Accepted(message.id, held=held, wa_id=contact.wa_id, user_id=contact.user_id)
