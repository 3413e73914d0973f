"""QR codes and short links: `https://wa.me/message/CODE` opens a chat with words ready to be sent."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

Picture = Literal["SVG", "PNG"]


class QrCode(answers.Answer):
    """One code; `qr_image_url` is there when a picture was asked for. Codes do not expire."""

    code: answers.Id
    prefilled_message: answers.Text = ""
    deep_link_url: answers.Text = ""
    qr_image_url: answers.Text = ""


class _Words(Asked):
    prefilled_message: Annotated[str, Field(min_length=1, max_length=140)]
    generate_qr_image: Picture | None = None
    code: str | None = None


class QrCodes(Caller):
    """`/{phone}/message_qrdls`, at most 2,000 a number."""

    def list_qr_codes(self, phone_number_id: str) -> Iterator[QrCode]:
        """All codes of the number."""
        return self._pages(answers.Page[QrCode], f"{node(phone_number_id)}/message_qrdls", {"limit": "100"})

    def get_qr_code(self, phone_number_id: str, code: str) -> QrCode | None:
        """One code; None when the number has none of it."""
        path = f"{node(phone_number_id)}/message_qrdls/{node(code)}"
        found = self._graph.ask(answers.Page[QrCode], "GET", path).data
        return found[0] if found else None

    def create_qr_code(self, phone_number_id: str, words: str, picture: Picture = "SVG") -> QrCode:
        """A new code for these words, at most 140 characters."""
        return self._write(phone_number_id, _Words(prefilled_message=words, generate_qr_image=picture))

    def update_qr_code(self, phone_number_id: str, code: str, words: str) -> QrCode:
        """Other words behind a code that is already printed."""
        return self._write(phone_number_id, _Words(prefilled_message=words, code=node(code)))

    def delete_qr_code(self, phone_number_id: str, code: str) -> None:
        """Make a code lead nowhere."""
        self._confirm("DELETE", f"{node(phone_number_id)}/message_qrdls/{node(code)}")

    def _write(self, phone_number_id: str, words: _Words) -> QrCode:
        return self._graph.ask(QrCode, "POST", f"{node(phone_number_id)}/message_qrdls", body=words.body())
