"""Pictures are drawn anew: what comes out holds the pixels and nothing else, no place, no camera, no second file."""

import io
import struct
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from approvals.reasons import Reason, Refused
from messaging.whatsapp.media.limits import STILL_STICKER_BYTES, TAKEN

# Pixels of one picture, all its frames together: 40 million take 160 MB while they are drawn.
MOST_PIXELS = 40_000_000
MOST_FRAMES = 300
# Pillow's own limit counts what is opened in the whole process; ours is asked for each picture, before it is drawn.
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, struct.error)


class Drawn(NamedTuple):
    """A picture as it may be sent. Width and height are in pixels."""

    content: bytes
    width: int
    height: int


def is_image(content_type: str) -> bool:
    return content_type in _FORMATS


def draw_anew(content: bytes, content_type: str, *, limited: bool = True) -> Drawn:
    """The picture with upright pixels and no metadata. Raises Refused when it is broken, too large, or (unless it is
    not `limited`) has more bytes than Meta takes.
    """
    try:
        with _opened(content, content_type) as picture:
            drawn = _stickers(picture) if content_type == "image/webp" else _still(picture, _FORMATS[content_type])
            is_still = getattr(picture, "n_frames", 1) == 1
    except (*_BROKEN, Image.DecompressionBombError) as error:
        raise Refused(_broken()) from error
    most = TAKEN[content_type].most_bytes
    if content_type == "image/webp" and is_still:
        most = STILL_STICKER_BYTES
    if limited and len(drawn.content) > most:
        raise Refused(Reason("size_not_taken", _("Drawn anew, this picture has too many bytes for WhatsApp."),
                             _("Make it smaller or simpler."), "content"))  # fmt: skip
    return drawn


def _opened(content: bytes, content_type: str) -> Image.Image:
    """The picture with only its head read."""
    try:
        picture = Image.open(io.BytesIO(content), formats=[_FORMATS[content_type]])
        frames = getattr(picture, "n_frames", 1)
    except (UnidentifiedImageError, *_BROKEN) as error:
        raise Refused(_broken()) from error
    if picture.width * picture.height * frames > MOST_PIXELS or frames > MOST_FRAMES:
        picture.close()
        raise Refused(Reason("too_many_pixels", _("This picture has too many pixels or frames."),
                             _("Hand in one of at most 40 million pixels."), "content"))  # fmt: skip
    return picture


def _still(picture: Image.Image, file_format: str) -> Drawn:
    upright = ImageOps.exif_transpose(picture)
    see_through = file_format == "PNG" and ("A" in upright.getbands() or "transparency" in upright.info)
    clean = _pixels_of(upright, "RGBA" if see_through else "RGB")
    out = io.BytesIO()
    clean.save(out, file_format, **({"quality": 90} if file_format == "JPEG" else {"optimize": True}))
    return Drawn(out.getvalue(), *clean.size)


def _stickers(picture: Image.Image) -> Drawn:
    frames, durations = [], []
    for place in range(getattr(picture, "n_frames", 1)):
        picture.seek(place)
        frames.append(_pixels_of(picture, "RGBA"))
        durations.append(int(picture.info.get("duration", 100)))
    out = io.BytesIO()
    moving = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0}
    frames[0].save(out, "WEBP", quality=80, **(moving if len(frames) > 1 else {}))
    return Drawn(out.getvalue(), *frames[0].size)


def _pixels_of(picture: Image.Image, mode: str) -> Image.Image:
    """A picture of its own: saving one that was read would carry its profile and comments along."""
    clean = Image.new(mode, picture.size)
    clean.paste(picture.convert(mode))
    return clean


def _broken() -> Reason:
    return Reason("picture_broken", _("This picture cannot be drawn: it is broken or cut off."),
                  _("Save it anew and hand it in again."), "content")  # fmt: skip
