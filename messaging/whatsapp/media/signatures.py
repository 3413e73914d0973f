"""What a file is by its content: the few types that Meta takes, told by their first bytes and their insides.

A table of our own (docs/adr/0024): a library that knows a thousand types answers with several of them and a degree of
confidence, where what is asked here is whether the content is the one type that it claims to be.
"""

import io
import re
import zipfile

from messaging.whatsapp.media.limits import OFFICE

_BEGINNINGS: tuple[tuple[bytes, frozenset[str]], ...] = (
    (b"\xff\xd8\xff", frozenset({"image/jpeg"})),
    (b"\x89PNG\r\n\x1a\n", frozenset({"image/png"})),
    (b"#!AMR\n", frozenset({"audio/amr"})),
    (b"ID3", frozenset({"audio/mpeg"})),
    (b"%PDF-", frozenset({"application/pdf"})),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # one container for all three
        frozenset({"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"}),
    ),
)
# Brands of an MP4 container (ISO 14496-12) that hold film or sound alike; those of QuickTime and HEIF are not taken.
_MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"MSNV", b"dash"})
_OFFICE_PARTS = {
    "word/document.xml": f"{OFFICE}.wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}.presentationml.presentation",
}
# Whoever opens a text in a browser must not run it. A browser looks at the beginning alone, we look at all of it.
_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|\?xml|\?php|style|meta)", re.I)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def types_of(content: bytes) -> frozenset[str]:
    """The types that this content is; none for what Meta does not take."""
    for beginning, types in _BEGINNINGS:
        if content.startswith(beginning):
            return types
    if content.startswith(b"PK\x03\x04"):
        return _office_types(content)
    if content[4:8] == b"ftyp":
        return _mp4_types(content[8:12])
    return frozenset(filter(None, (_sound_type(content), _picture_type(content)))) or _text_types(content)


def is_zip(content: bytes) -> bool:
    """Whether an unpacker finds an archive in it, wherever it begins: they look for its directory at the end."""
    return b"PK\x05\x06" in content[-(65535 + 22) :]


def _mp4_types(brand: bytes) -> frozenset[str]:
    if brand[:2] == b"3g":
        return frozenset({"video/3gpp"})
    if brand in (b"M4A ", b"M4B "):
        return frozenset({"audio/mp4"})
    return frozenset({"video/mp4", "audio/mp4"}) if brand in _MP4_BRANDS else frozenset()


def _sound_type(content: bytes) -> str:
    if content.startswith(b"OggS") and content[28:36] == b"OpusHead":
        return "audio/ogg"
    if len(content) < 4 or content[0] != 0xFF:
        return ""
    if content[1] & 0xF6 == 0xF0:  # ADTS: twelve bits of synchronisation, layer 0
        return "audio/aac"
    return "audio/mpeg" if content[1] & 0xE6 == 0xE2 else ""  # MPEG audio, layer III


def _picture_type(content: bytes) -> str:
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def _office_types(content: bytes) -> frozenset[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return frozenset()
    if "[Content_Types].xml" not in names:
        return frozenset()
    return frozenset(kind for part, kind in _OFFICE_PARTS.items() if part in names)


def _text_types(content: bytes) -> frozenset[str]:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return frozenset()
    is_plain = bool(content.strip()) and not _CONTROL.search(content) and not _MARKUP.search(content)
    return frozenset({"text/plain"}) if is_plain else frozenset()
