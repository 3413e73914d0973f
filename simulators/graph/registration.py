"""A number's way onto the Cloud API and off it: added, proved by a code, registered under a PIN."""

import secrets
from typing import Annotated, Any, Literal

from pydantic import Field

from simulators.graph.account import Number
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.management import Wish, asked
from simulators.graph.subscriptions import override_number
from simulators.graph.template_rules import LANGUAGES
from simulators.graph.world import World

TIMES = 10  # to register or deregister a number in 72 hours
GUESSES = 5  # at a PIN; the real number is not published
Pin = Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class NewNumber(Wish):
    cc: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")]
    phone_number: Annotated[str, Field(pattern=r"^[0-9]{4,14}$")]
    verified_name: Annotated[str, Field(min_length=1)]


class CodeWish(Wish):
    code_method: Literal["SMS", "VOICE"]
    language: str


class Code(Wish):
    code: Pin


class Registration(Wish):
    messaging_product: Literal["whatsapp"]
    pin: Pin
    data_localization_region: (
        Literal["AU", "ID", "IN", "JP", "SG", "KR", "DE", "CH", "GB", "BR", "BH", "ZA", "AE", "CA"] | None
    ) = None


class Deregistration(Wish):
    messaging_product: Literal["whatsapp"] = "whatsapp"


class NewPin(Wish):
    pin: Pin


async def add_number(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/phone_numbers`: it can do nothing yet."""
    wish = asked(NewNumber, call)
    phone = f"+{wish.cc} {wish.phone_number}"
    if any(number.digits == wish.cc + wish.phone_number for number in world.numbers.values()):
        raise GraphError(100, "This phone number is on the account already.")
    number = Number(str(10**14 + secrets.randbelow(9 * 10**14)), phone, registered=False)
    number.facts |= {
        "verified_name": wish.verified_name,
        "status": "PENDING",
        "name_status": "PENDING_REVIEW",
        "code_verification_status": "NOT_VERIFIED",
        "is_pin_enabled": False,
    }
    world.numbers[number.id] = number
    return {"id": number.id}


async def request_code(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/request_code`. The code that arrives is the number's last six digits."""
    wish = asked(CodeWish, call)
    if wish.language not in LANGUAGES:
        raise GraphError(100, f"language {wish.language!r} is not one of the supported codes.")
    number = world.numbers[call.node]
    number.code = number.digits[-6:].rjust(6, "0")
    return {"success": True}


async def verify_code(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/verify_code`: the code that was sent, once."""
    wish, number = asked(Code, call), world.numbers[call.node]
    if not number.code or wish.code != number.code:
        raise GraphError(100, "The code is not the one that was sent; ask for a new one.")
    number.code, number.facts["code_verification_status"] = "", "VERIFIED"
    return {"success": True}


async def register(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/register`: with the PIN it has, or the one it gets."""
    wish, number = asked(Registration, call), world.numbers[call.node]
    _count(world, call)
    if number.facts["code_verification_status"] != "VERIFIED":
        raise GraphError(133006)
    if number.wrong_pins >= GUESSES:
        raise GraphError(133008)
    if number.pin and wish.pin != number.pin:
        number.wrong_pins += 1
        raise GraphError(133005)
    number.pin, number.wrong_pins, number.registered = wish.pin, 0, True
    number.facts |= {"status": "CONNECTED", "is_pin_enabled": True}
    return {"success": True}


async def deregister(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/deregister`."""
    asked(Deregistration, call)
    number = world.numbers[call.node]
    _count(world, call)
    if not number.registered:
        raise GraphError(133010)
    number.registered, number.facts["status"] = False, "DISCONNECTED"
    return {"success": True}


def _count(world: World, call: Call) -> None:
    if not world.registering.take(call.node, TIMES, call.now):
        raise GraphError(133016)


async def change_number(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}`: a new PIN, or a webhook address of its own."""
    if "webhook_configuration" in call.body:
        return await override_number(world, call)
    number = world.numbers[call.node]
    number.pin, number.facts["is_pin_enabled"] = asked(NewPin, call).pin, True
    return {"success": True}
