"""What a number shows and checks: ice breakers and commands, shop, identity check, flow key."""

import re
from typing import Annotated, Any

from pydantic import Field, field_validator

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.management import Wish, asked
from simulators.graph.world import World

EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


class Command(Wish):
    command_name: Annotated[str, Field(min_length=1, max_length=32)]
    command_description: Annotated[str, Field(min_length=1, max_length=256)]


class Automation(Wish):
    enable_welcome_message: bool = False
    prompts: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=4)] = []
    commands: Annotated[list[Command], Field(max_length=30)] = []

    @field_validator("prompts")
    @classmethod
    def plain(cls, prompts: list[str]) -> list[str]:
        if any(EMOJI.search(prompt) for prompt in prompts):
            raise ValueError("emoji are not supported")
        return prompts


class Commerce(Wish):
    is_cart_enabled: bool | None = None
    is_catalog_visible: bool | None = None


class IdentityChange(Wish):
    enable_identity_key_check: bool


class Settings(Wish):
    user_identity_change: IdentityChange


class Key(Wish):
    business_public_key: Annotated[
        str, Field(pattern=r"^-----BEGIN PUBLIC KEY-----\s[\s\S]+-----END PUBLIC KEY-----\s*$")
    ]


async def set_automation(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/conversational_automation`: replaces all of it."""
    world.numbers[call.node].facts["conversational_automation"] = asked(Automation, call).model_dump()
    return {"success": True}


async def get_automation(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/conversational_automation`, or as a field of the number."""
    facts = world.numbers[call.node].facts
    return {"conversational_automation": facts["conversational_automation"], "id": call.node}


async def set_commerce(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/whatsapp_commerce_settings`: the given ones."""
    wish = asked(Commerce, call).model_dump(exclude_none=True)
    if not wish:
        raise GraphError(100, text="(#100) The parameter is_cart_enabled or is_catalog_visible is required.")
    world.numbers[call.node].commerce |= wish
    return {"success": True}


async def get_commerce(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/whatsapp_commerce_settings`: a list of one."""
    return {"data": [{**world.numbers[call.node].commerce, "id": call.node}]}


async def set_settings(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/settings`."""
    world.numbers[call.node].settings |= asked(Settings, call).model_dump()
    return {"success": True}


async def get_settings(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/settings`."""
    return dict(world.numbers[call.node].settings)


async def set_key(world: World, call: Call) -> dict[str, Any]:
    """`POST /{phone}/whatsapp_business_encryption`."""
    world.numbers[call.node].key = asked(Key, call).business_public_key
    return {"success": True}


async def get_key(world: World, call: Call) -> dict[str, Any]:
    """`GET /{phone}/whatsapp_business_encryption`."""
    key = world.numbers[call.node].key
    return {"business_public_key": key, "business_public_key_signature_status": "VALID"} if key else {}
