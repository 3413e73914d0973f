"""What is asked for and what is countersigned when a file is to be used."""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from approvals.contracts import Answer, Ask, Contract
from approvals.reasons import Reason, Refused
from messaging.models import MediaAsset
from messaging.whatsapp.media.inspecting import Offered

# Bytes that fit into one call; larger files are laid down at the desk.
MOST_IN_A_CALL = 8 * 1024 * 1024


class MediaAsk(Ask):
    content: Annotated[
        str,
        Field(
            max_length=MOST_IN_A_CALL * 4 // 3 + 4,
            description="The file as base64, of at most 8 MiB before encoding. A larger one is laid down at the desk.",
        ),
    ] = ""
    file_name: Annotated[
        str, Field(max_length=200, description="Its name; the ending has to be the type's, as in menu.jpg.")
    ] = ""
    content_type: Annotated[
        str,
        Field(max_length=100, description="Its type, as in image/jpeg. Content, ending and type have to agree."),
    ] = ""
    name: Annotated[str, Field(max_length=120, description="What people call it; its file name where left out.")] = ""
    asset_id: Annotated[
        UUID | None, Field(description="Instead of content: a file that lies on the shelf and is not approved yet.")
    ] = None
    conversation_id: Annotated[
        UUID | None, Field(description="For this conversation alone; null for templates, broadcasts and all replies.")
    ] = None

    def offered(self) -> Offered:
        """The file of this ask. Raises Refused for what is no base64."""
        try:
            content = base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused(
                Reason("invalid_argument", gettext_lazy("This is not base64."),
                       gettext_lazy("Encode the file's bytes as base64, without line breaks."), "content")
            ) from error  # fmt: skip
        return Offered(content, self.file_name, self.content_type, self.name)


class MediaContract(Contract):
    """One file that may be used from then on."""

    asset_id: Annotated[UUID, Field(description="The file.")]
    name: Annotated[str, Field(description="What people call it.")]
    kind: Annotated[MediaAsset.Kind, Field(description="What it is sent as.")]
    content_type: Annotated[str, Field(description="Its type.")]
    size: Annotated[int, Field(description="Its bytes as they are sent.")]
    sha256: Annotated[str, Field(description="SHA-256 of those bytes.")]
    width: Annotated[int | None, Field(description="In pixels, of a picture.")]
    height: Annotated[int | None, Field(description="In pixels, of a picture.")]
    scan: Annotated[MediaAsset.Scan, Field(description="What the virus scanner said.")]
    conversation_id: Annotated[UUID | None, Field(description="The only conversation it is for; null for all uses.")]

    def sentence(self) -> str:
        where = _("for one conversation") if self.conversation_id else _("for templates and messages")
        return _("File “%(name)s”, %(where)s") % {"name": self.name, "where": where}

    @property
    def is_clean_and_for_one(self) -> bool:
        """Whether it reaches one customer at the most, and the scanner has found nothing in it."""
        return self.conversation_id is not None and self.scan == MediaAsset.Scan.CLEAN


class MediaKept(Answer):
    asset_id: Annotated[UUID, Field(description="The file; attach it by this id.")]
    kind: Annotated[MediaAsset.Kind, Field(description="What it is sent as.")]
    state: Annotated[MediaAsset.State, Field(description="approved: it may be used.")]
    scan: Annotated[MediaAsset.Scan, Field(description="What the virus scanner said.")]
