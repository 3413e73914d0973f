"""Files as they come in: harmless ones of each type, as small as they can be, and what hostile ones are made of."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

# The test string every scanner knows, in two halves: written out it would be found in this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PLACE = "HONG KONG 22.2819"  # what a camera writes into a picture

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + bytes(40)
FILM_3GP = b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x02\x00isom3gp4" + bytes(40)
M4A = b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomM4A " + bytes(40)
QUICKTIME = b"\x00\x00\x00\x18ftypqt  \x00\x00\x02\x00qt  " + bytes(40)
MP3 = b"ID3\x04" + bytes(60)
BARE_MP3 = b"\xff\xfb\x90\x64" + bytes(60)
AAC = b"\xff\xf1\x50\x80" + bytes(60)
AMR = b"#!AMR\n" + bytes(60)
OGG = b"OggS" + bytes(24) + b"OpusHead\x01\x01" + bytes(60)
STEREO = b"OggS" + bytes(24) + b"OpusHead\x01\x02" + bytes(60)
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TEXT = "Oolong, 50 g: HK$80\n烏龍茶\n".encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def picture(file_format: str = "JPEG", size: tuple[int, int] = (8, 6), **more: Any) -> bytes:
    """A green picture."""
    out = io.BytesIO()
    mode = "RGB" if file_format == "JPEG" else "RGBA"
    Image.new(mode, size, "seagreen").save(out, file_format, **more)
    return out.getvalue()


def photo() -> bytes:
    """A picture from a telephone: it lies on its side, and says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by a quarter
    exif[0x010E] = PLACE
    return picture("JPEG", (8, 6), exif=exif)


def png_with_words() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", PLACE)
    return picture("PNG", pnginfo=words)


def moving_sticker(frames: int = 3) -> bytes:
    out = io.BytesIO()
    colours = [(number * 37 % 256, number * 91 % 256, 0, 255) for number in range(frames)]
    pictures = [Image.new("RGBA", (16, 16), colour) for colour in colours]
    pictures[0].save(out, "WEBP", save_all=True, append_images=pictures[1:], duration=100)
    return out.getvalue()


def bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few hundred bytes whose head promises more pixels than any machine holds."""
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data)) for kind, data in parts
    )


def archive(**parts: bytes) -> bytes:
    """A ZIP; `__` in a name stands for a slash, `_dot_` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def office(main: str = "word__document_dot_xml", **more: bytes) -> bytes:
    return archive(**{"[Content_Types]_dot_xml": b"<Types/>", main: b"<doc/>", **more})
