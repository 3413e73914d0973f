"""What Meta takes: type, kind and size of files for messages. Source: Meta, "Media", supported media types."""

from typing import NamedTuple

from messaging.models import MediaAsset

KILOBYTE, MEGABYTE = 1024, 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
_Kind = MediaAsset.Kind


class Taken(NamedTuple):
    """A type that Meta takes: as what, how many bytes at the most, and what its files' names end in."""

    kind: MediaAsset.Kind
    most_bytes: int
    endings: tuple[str, ...]


TAKEN: dict[str, Taken] = {
    "image/jpeg": Taken(_Kind.IMAGE, 5 * MEGABYTE, ("jpg", "jpeg")),
    "image/png": Taken(_Kind.IMAGE, 5 * MEGABYTE, ("png",)),
    "image/webp": Taken(_Kind.STICKER, 500 * KILOBYTE, ("webp",)),  # a sticker that does not move: 100 KB
    "video/mp4": Taken(_Kind.VIDEO, 16 * MEGABYTE, ("mp4",)),
    "video/3gpp": Taken(_Kind.VIDEO, 16 * MEGABYTE, ("3gp", "3gpp")),
    "audio/aac": Taken(_Kind.AUDIO, 16 * MEGABYTE, ("aac",)),
    "audio/amr": Taken(_Kind.AUDIO, 16 * MEGABYTE, ("amr",)),
    "audio/mpeg": Taken(_Kind.AUDIO, 16 * MEGABYTE, ("mp3",)),
    "audio/mp4": Taken(_Kind.AUDIO, 16 * MEGABYTE, ("m4a", "mp4")),
    "audio/ogg": Taken(_Kind.AUDIO, 16 * MEGABYTE, ("ogg", "opus")),  # Opus of one channel alone
    "text/plain": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("txt",)),
    "application/pdf": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("pdf",)),
    "application/msword": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("doc",)),
    "application/vnd.ms-excel": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("xls",)),
    "application/vnd.ms-powerpoint": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("ppt",)),
    f"{OFFICE}.wordprocessingml.document": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("docx",)),
    f"{OFFICE}.spreadsheetml.sheet": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("xlsx",)),
    f"{OFFICE}.presentationml.presentation": Taken(_Kind.DOCUMENT, 100 * MEGABYTE, ("pptx",)),
}
STILL_STICKER_BYTES = 100 * KILOBYTE
# Bytes of a picture or film that Meta takes for the header of a template: those of messages.
HEADER_TYPES = frozenset({"image/jpeg", "image/png", "video/mp4", "application/pdf"})
# What a customer may send, whatever it is: Meta refuses larger files itself (error 131052).
INBOUND_BYTES = 100 * MEGABYTE


def endings_by_type() -> str:
    """What may be uploaded, for people: "jpg, jpeg, png, ..."."""
    return ", ".join(dict.fromkeys(ending for taken in TAKEN.values() for ending in taken.endings))
