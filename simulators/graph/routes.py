"""Which call goes where: the node's kind, the edge and the method name the handler."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from simulators.graph import blocks, media, messages, numbers, templates
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.world import World

Handler = Callable[[World, Call], Awaitable[dict[str, Any] | Response]]

HANDLERS: dict[tuple[str, str, str], Handler] = {
    ("POST", "phone", "messages"): messages.send_message,
    ("GET", "phone", ""): numbers.get_number,
    ("GET", "phone", "whatsapp_business_profile"): numbers.get_profile,
    ("POST", "phone", "whatsapp_business_profile"): numbers.set_profile,
    ("POST", "phone", "media"): media.upload_media,
    ("GET", "phone", "block_users"): blocks.list_blocked,
    ("POST", "phone", "block_users"): blocks.block_users,
    ("DELETE", "phone", "block_users"): blocks.unblock_users,
    ("GET", "account", ""): numbers.get_account,
    ("GET", "account", "phone_numbers"): numbers.list_numbers,
    ("GET", "account", "message_templates"): templates.list_templates,
    ("POST", "account", "message_templates"): templates.create_template,
    ("DELETE", "account", "message_templates"): templates.delete_by_name,
    ("GET", "account", "subscribed_apps"): numbers.subscriptions,
    ("POST", "account", "subscribed_apps"): numbers.subscribe,
    ("GET", "template", ""): templates.get_template,
    ("POST", "template", ""): templates.edit_template,
    ("DELETE", "template", ""): templates.delete_template,
    ("POST", "template", "unpause"): templates.unpause_template,
    ("GET", "media", ""): media.get_media,
    ("DELETE", "media", ""): media.delete_media,
    ("POST", "app", "uploads"): media.begin_upload,
    ("POST", "upload", ""): media.continue_upload,
    ("GET", "upload", ""): media.continue_upload,
    ("GET", "debug_token", ""): numbers.debug_token,
    ("GET", "whatsapp_business", "attachments/"): media.download,
}
WORDS = ("debug_token", "whatsapp_business")  # nodes that are words


def handler_of(world: World, call: Call) -> Handler:
    """The handler of a call. Unknown ids and unknown edges are refused as Meta refuses them."""
    kind = _kind(world, call)
    if not kind:
        raise unknown_object(call.method, call.node)
    handler = HANDLERS.get((call.method, kind, call.edge))
    if handler is None:
        raise GraphError(2500, text=f"Unknown path components: /{call.edge}")
    return handler


def _kind(world: World, call: Call) -> str:
    node = call.node
    if node in world.numbers:
        return "phone"
    if node in (world.account.waba_id, world.account.app_id):
        return "account" if node == world.account.waba_id else "app"
    if node in WORDS:
        return node
    if node.startswith("upload:"):
        return "upload"
    if world.templates.get(node):
        return "template"
    return "media" if world.media.find(node, call.now) else ""
