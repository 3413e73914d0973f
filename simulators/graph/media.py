"""Media and resumable uploads: what may be uploaded, and how it comes back."""

from starlette.responses import Response

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.media_store import Media
from simulators.graph.world import World

MEGABYTE = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument"
LARGEST: dict[str, int] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MEGABYTE),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MEGABYTE),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MEGABYTE),
    "image/webp": 500 * 1024,  # the animated sticker's limit; a static one has 100 KB, which takes a decoder to tell
    **dict.fromkeys(
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{OFFICE}.wordprocessingml.document",
            f"{OFFICE}.spreadsheetml.sheet",
            f"{OFFICE}.presentationml.presentation",
        ),
        100 * MEGABYTE,
    ),
}
UPLOADABLE = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF"}


async def upload_media(world: World, call: Call) -> dict[str, object]:
    """`POST /{phone}/media`."""
    if call.body.get("messaging_product") != "whatsapp":
        raise GraphError(100, text="(#100) The parameter messaging_product is required.")
    if "file" not in call.files:
        raise GraphError(100, text="(#100) The parameter file is required.")
    filename, sent_type, data = call.files["file"]
    mime_type = (call.parameter("type") or sent_type).partition(";")[0].strip().lower()
    if mime_type not in LARGEST:
        raise GraphError(
            100,
            f"Param file must be a file with one of the following types: {', '.join(sorted(LARGEST))}. "
            f"Received file of type '{mime_type}'.",
        )
    if not data or len(data) > LARGEST[mime_type]:
        raise GraphError(131053, f"{mime_type} may have 1 to {LARGEST[mime_type]} bytes, this one has {len(data)}.")
    if not data.startswith(MAGIC.get(mime_type, b"")):
        raise GraphError(131053, f"The file is declared as {mime_type} but is none.")
    media = world.media.keep(mime_type, data, filename, call.now)
    call.verdict["media"] = media.id
    return {"id": media.id}


def _media(world: World, call: Call) -> Media:
    media = world.media.find(call.node, call.now)
    if media is None:
        raise unknown_object(call.method, call.node)
    return media


async def get_media(world: World, call: Call) -> dict[str, object]:
    """`GET /{media}`: where to fetch the bytes in the next five minutes."""
    media = _media(world, call)
    address = world.media.open_address(media, call.now)
    return {
        "messaging_product": "whatsapp",
        "url": f"{world.base_url}/whatsapp_business/attachments/?mid={media.id}&hash={address}",
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": len(media.data),
        "id": media.id,
    }


async def delete_media(world: World, call: Call) -> dict[str, object]:
    """`DELETE /{media}`."""
    world.media.remove(_media(world, call).id)
    return {"success": True}


async def download(world: World, call: Call) -> Response:
    """`GET` of a download address: the bytes, or a bare 404 when it is no longer good."""
    media = world.media.by_address(call.query.get("hash", ""), call.now)
    if media is None or media.id != call.query.get("mid"):
        return Response(status_code=404)
    return Response(media.data, media_type=media.mime_type)


async def begin_upload(world: World, call: Call) -> dict[str, object]:
    """`POST /{app}/uploads`: announce a file for a template header or a profile picture."""
    length, file_type = call.parameter("file_length"), call.parameter("file_type")
    if not length.isdigit() or not 0 < int(length) <= 100 * MEGABYTE:
        raise GraphError(100, text="(#100) The parameter file_length is required.")
    if file_type not in UPLOADABLE:
        raise GraphError(100, f"file_type must be one of {', '.join(UPLOADABLE)}.")
    return {"id": world.media.begin(call.parameter("file_name"), int(length), file_type).id}


async def continue_upload(world: World, call: Call) -> dict[str, object]:
    """`POST /upload:...` with the bytes from `file_offset` on; `GET` tells how many have arrived."""
    upload = world.media.uploads.get(call.node.partition("?")[0])
    if upload is None:
        raise unknown_object(call.method, call.node)
    if call.method == "GET":
        return {"id": upload.id, "file_offset": len(upload.data)}
    offset = call.headers.get("file_offset", "")
    if offset != str(len(upload.data)):
        raise GraphError(100, f"The header file_offset must be {len(upload.data)}, it is {offset or 'missing'}.")
    if not call.raw or len(upload.data) + len(call.raw) > upload.file_length:
        raise GraphError(100, f"The file was announced with {upload.file_length} bytes.")
    world.media.append(upload, call.raw)
    return {"h": upload.handle} if upload.handle else {"id": upload.id, "file_offset": len(upload.data)}
