"""QR codes and short links of a number."""

import secrets
from typing import Annotated, Any, Literal

from pydantic import Field

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.management import Wish, asked, page
from simulators.graph.world import World

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MOST = 2000  # codes of one number


class Words(Wish):
    prefilled_message: Annotated[str, Field(min_length=1, max_length=140)]
    generate_qr_image: Literal["SVG", "PNG"] | None = None
    code: str | None = None


async def write_code(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/message_qrdls`: a new one, or with `code` other words behind an old one."""
    wish, codes = asked(Words, call), world.numbers[call.node].qr_codes
    if wish.code is not None and wish.code not in codes:
        raise GraphError(100, f"There is no code {wish.code!r}.")
    if wish.code is None and len(codes) >= MOST:
        raise GraphError(100, f"A number has at most {MOST} codes.")
    code = wish.code or "".join(secrets.choice(LETTERS) for _ in range(14))
    codes[code] = {
        "code": code,
        "prefilled_message": wish.prefilled_message,
        "deep_link_url": f"https://wa.me/message/{code}",
    }
    picture = wish.generate_qr_image
    return {**codes[code], **({"qr_image_url": f"{world.base_url}/qr/{code}.{picture.lower()}"} if picture else {})}


async def list_codes(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/message_qrdls`."""
    return page(list(world.numbers[call.node].qr_codes.values()), call, "code")


async def get_code(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/message_qrdls/{code}`: a list of one or none."""
    found = world.numbers[call.node].qr_codes.get(call.edge.rpartition("/")[2])
    return {"data": [found] if found else []}


async def delete_code(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{phone}/message_qrdls/{code}`."""
    code = call.edge.rpartition("/")[2]
    if world.numbers[call.node].qr_codes.pop(code, None) is None:
        raise unknown_object(call.method, code)
    return {"success": True}
