"""Which call goes where: the node's kind, the edge and the method name the handler."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from simulators.graph import (
    blocks,
    creative,
    figures,
    flows,
    library,
    media,
    messages,
    numbers,
    qr_codes,
    registration,
    subscriptions,
    switches,
    templates,
)
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.world import World

Handler = Callable[[World, Call], Awaitable[dict[str, Any] | Response]]

HANDLERS: dict[tuple[str, str, str], Handler] = {
    ("POST", "phone", "messages"): messages.send_message,
    ("POST", "phone", "marketing_messages"): creative.send_marketing,
    ("GET", "phone", ""): numbers.get_number,
    ("POST", "phone", ""): registration.change_number,
    ("POST", "phone", "request_code"): registration.request_code,
    ("POST", "phone", "verify_code"): registration.verify_code,
    ("POST", "phone", "register"): registration.register,
    ("POST", "phone", "deregister"): registration.deregister,
    ("GET", "phone", "message_qrdls"): qr_codes.list_codes,
    ("POST", "phone", "message_qrdls"): qr_codes.write_code,
    ("GET", "phone", "message_qrdls/*"): qr_codes.get_code,
    ("DELETE", "phone", "message_qrdls/*"): qr_codes.delete_code,
    ("GET", "phone", "conversational_automation"): switches.get_automation,
    ("POST", "phone", "conversational_automation"): switches.set_automation,
    ("GET", "phone", "whatsapp_commerce_settings"): switches.get_commerce,
    ("POST", "phone", "whatsapp_commerce_settings"): switches.set_commerce,
    ("GET", "phone", "settings"): switches.get_settings,
    ("POST", "phone", "settings"): switches.set_settings,
    ("GET", "phone", "whatsapp_business_encryption"): switches.get_key,
    ("POST", "phone", "whatsapp_business_encryption"): switches.set_key,
    ("GET", "phone", "whatsapp_business_profile"): numbers.get_profile,
    ("POST", "phone", "whatsapp_business_profile"): numbers.set_profile,
    ("POST", "phone", "media"): media.upload_media,
    ("GET", "phone", "block_users"): blocks.list_blocked,
    ("POST", "phone", "block_users"): blocks.block_users,
    ("DELETE", "phone", "block_users"): blocks.unblock_users,
    ("GET", "account", ""): numbers.get_account,
    ("POST", "account", ""): numbers.change_account,
    ("GET", "account", "phone_numbers"): numbers.list_numbers,
    ("POST", "account", "phone_numbers"): registration.add_number,
    ("GET", "account", "flows"): flows.list_flows,
    ("POST", "account", "flows"): flows.create_flow,
    ("POST", "account", "upsert_message_templates"): library.upsert_codes,
    ("GET", "account", "message_template_previews"): library.previews,
    ("GET", "message_template_library", ""): library.search,
    ("GET", "flow", ""): flows.get_flow,
    ("POST", "flow", ""): flows.change_flow,
    ("DELETE", "flow", ""): flows.delete_flow,
    ("GET", "flow", "assets"): flows.list_assets,
    ("POST", "flow", "assets"): flows.write_flow,
    ("POST", "flow", "publish"): flows.publish_flow,
    ("POST", "flow", "deprecate"): flows.deprecate_flow,
    ("GET", "account", "message_templates"): templates.list_templates,
    ("POST", "account", "message_templates"): templates.create_template,
    ("DELETE", "account", "message_templates"): templates.delete_by_name,
    ("GET", "account", "subscribed_apps"): subscriptions.subscriptions,
    ("POST", "account", "subscribed_apps"): subscriptions.subscribe,
    ("DELETE", "account", "subscribed_apps"): subscriptions.unsubscribe,
    ("POST", "app", "subscriptions"): subscriptions.subscribe_fields,
    ("GET", "template", ""): templates.get_template,
    ("POST", "template", ""): templates.edit_template,
    ("DELETE", "template", ""): templates.delete_template,
    ("GET", "template", "compare"): figures.compare,
    ("POST", "template", "unpause"): templates.unpause_template,
    ("GET", "media", ""): media.get_media,
    ("DELETE", "media", ""): media.delete_media,
    ("POST", "app", "uploads"): media.begin_upload,
    ("POST", "upload", ""): media.continue_upload,
    ("GET", "upload", ""): media.continue_upload,
    ("GET", "debug_token", ""): numbers.debug_token,
    ("GET", "whatsapp_business", "attachments/"): media.download,
}
WORDS = ("debug_token", "whatsapp_business", "message_template_library")  # nodes that are words


def handler_of(world: World, call: Call) -> Handler:
    """The handler of a call. Unknown ids and unknown edges are refused as Meta refuses them."""
    kind = _kind(world, call)
    if not kind:
        raise unknown_object(call.method, call.node)
    inside, slash, _ = call.edge.partition("/")
    edges = (call.edge, f"{inside}/*") if slash else (call.edge,)
    handler = next((HANDLERS[key] for edge in edges if (key := (call.method, kind, edge)) in HANDLERS), None)
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
    if node in world.flows:
        return "flow"
    if world.templates.get(node):
        return "template"
    return "media" if world.media.find(node, call.now) else ""
