"""Whether a file may be taken: content, ending and declared type have to agree, and Meta has to take its size."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from django.utils.functional import Promise
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _

from approvals.numerals import number
from approvals.reasons import Reason, Refused
from messaging.whatsapp.media.limits import TAKEN, endings_by_type
from messaging.whatsapp.media.signatures import is_zip, types_of

# A document of Office may grow to this many bytes when it is unpacked, and to so many times its size.
_UNPACKED_BYTES, _UNPACKED_TIMES = 400 * 1024 * 1024, 200
_ACTIVE_PARTS = re.compile(
    r"vbaProject|activeX/|macrosheets/|\.bin\.rels|\.(exe|dll|js|vbs|ps1|bat|cmd|scr|hta)$", re.I
)
# Names of a PDF's parts that run or open something. What is compressed is not seen: the scanner looks there.
_ACTIVE_NAMES = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_AFTER_THE_END = 1024  # bytes that may follow the end of a PDF
_VBA = "_VBA_PROJECT".encode("utf-16-le")
_IMAGES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Offered:
    """A file somebody hands in: `content_type` is what they say it is."""

    content: bytes = field(repr=False)
    file_name: str
    content_type: str
    name: str = ""


def declared(content_type: str) -> str:
    """The type without its parameters, in lower case, under the name that Meta uses for it."""
    plain = content_type.partition(";")[0].strip().lower()
    return {"image/jpg": "image/jpeg", "audio/mp3": "audio/mpeg", "audio/x-m4a": "audio/mp4"}.get(plain, plain)


def safe_file_name(said: str, content_type: str) -> str:
    """A name without folders, controls and what headers and file systems trip over; of at most 100 characters."""
    last = PurePosixPath(said.replace("\\", "/")).name
    stem = get_valid_filename(PurePosixPath(last).stem or "file")[:90].strip(".") or "file"
    taken = TAKEN.get(content_type)
    ending = PurePosixPath(last).suffix.lower().lstrip(".")
    if taken and ending not in taken.endings:
        ending = taken.endings[0]
    return f"{stem}.{ending}" if re.fullmatch(r"[a-z0-9]{1,8}", ending) else stem


def inspect(offered: Offered) -> str:
    """The type of a file that may be taken. Raises Refused with what is wrong and what to do about it."""
    content_type, size = declared(offered.content_type), len(offered.content)
    ending = PurePosixPath(offered.file_name).suffix.lower().lstrip(".")
    taken = TAKEN.get(content_type)
    if taken is None:
        raise _no("type_not_taken", _("WhatsApp takes no files of the type “%s”.") % content_type[:100],
                  _("Use one of: %s.") % endings_by_type(), "content_type")  # fmt: skip
    if not 0 < size <= taken.most_bytes:
        words = {"size": number(size), "most": number(taken.most_bytes)}
        raise _no("size_not_taken", _("This file has %(size)s bytes; 1 to %(most)s are taken.") % words,
                  _("Hand in a smaller file, or one that is not empty."))  # fmt: skip
    if ending not in taken.endings:
        named = {"file": offered.file_name[-60:], "type": content_type}
        raise _no("ending_disagrees", _("“%(file)s” is not what a file of %(type)s is called.") % named,
                  _("Name it *.%s, or say its true type.") % taken.endings[0], "file_name")  # fmt: skip
    if content_type not in types_of(offered.content):
        raise _no("content_disagrees", _("The content is not %s.") % content_type,
                  _("Save the file anew in that type, or say its true type."))  # fmt: skip
    _look_inside(offered.content, content_type)
    return content_type


def _no(code: str, text: str | Promise, fix: str | Promise, field: str = "content") -> Refused:
    return Refused(Reason(code, text, fix, field))


def _look_inside(content: bytes, content_type: str) -> None:
    """A second file in the first, and what runs when it is opened. Images are drawn anew: nothing survives that."""
    if content_type in _IMAGES:
        return
    is_office = content_type.startswith("application/vnd.openxmlformats")
    if not is_office and is_zip(content):
        raise _no("two_files_in_one", _("Behind this file stands an archive."), _("Save the file anew."))
    if content_type == "application/pdf":
        _look_into_pdf(content)
    elif is_office:
        _look_into_office(content)
    elif content_type.startswith("application/") and _VBA in content:
        raise _active()
    elif content_type == "audio/ogg" and content[37:38] != b"\x01":  # the channels, in the header of Opus
        raise _no("sound_not_taken", _("WhatsApp takes Opus of one channel alone."), _("Save it as mono."))


def _look_into_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0 or len(content) - end > _AFTER_THE_END:
        raise _no("pdf_not_whole", _("This PDF does not end where its content does."), _("Save the PDF anew."))
    if _ACTIVE_NAMES.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)):
        raise _active()


def _look_into_office(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _UNPACKED_BYTES or unpacked > _UNPACKED_TIMES * len(content):
        raise _no("unpacks_too_large", _("This file grows beyond measure when it is opened."),
                  _("Save the document anew."))  # fmt: skip
    if any(_ACTIVE_PARTS.search(part.filename) or part.flag_bits & 1 for part in parts):
        raise _active()


def _active() -> Refused:
    return _no("runs_something", _("This file holds macros, scripts, other files or something locked."),
               _("Save the document without them."))  # fmt: skip
