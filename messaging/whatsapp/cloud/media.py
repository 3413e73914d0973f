"""Files: media for messages, customers' files, and resumable uploads for template headers and profile pictures."""

import re
from typing import Any

from messaging.carriers import Retry
from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Caller
from messaging.whatsapp.graph import UPLOAD_SECONDS, AnswerLost, GraphError, node
from messaging.wire import NotSent

_UPLOAD = re.compile(r"upload:[^/\s#]{1,1000}")


class Arrived(answers.Answer):
    """How much of an upload Meta has, in bytes."""

    file_offset: int = 0


class Media(Caller):
    """`/{phone}/media`, media ids, `/{app}/uploads`."""

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

    def delete_media(self, media_id: str) -> None:
        """Have Meta forget an uploaded file before its 30 days are over."""
        self._confirm("DELETE", node(media_id))

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

    def upload(self, upload_id: str, content: bytes, offset: int = 0) -> str:
        """Send the rest of a started upload, from `offset` bytes on. Gives the handle that a header or profile wants.

        After a lost answer `upload_offset` says where to go on: nothing has to be sent twice.
        """
        headers = {"file_offset": str(offset), "Content-Type": "application/octet-stream"}
        ask, path = self._graph.ask, _checked(upload_id)
        rest: dict[str, Any] = {"data": content, "headers": headers}
        return ask(answers.Handle, "POST", path, auth_kind="OAuth", read_seconds=UPLOAD_SECONDS, **rest).h

    def upload_offset(self, upload_id: str) -> int:
        """How many bytes of a started upload have arrived."""
        return self._graph.ask(Arrived, "GET", _checked(upload_id), auth_kind="OAuth").file_offset


def _checked(upload_id: str) -> str:
    if not _UPLOAD.fullmatch(upload_id):
        raise ValueError("This is not an upload id; start_upload gives one.")
    return upload_id
