"""Flows: drafted, written, published, deprecated; each step refused as Meta refuses it."""

import json
import secrets
from typing import Annotated, Any, Literal

from pydantic import Field

from simulators.graph.account import chosen
from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.flow_shelf import Flow
from simulators.graph.management import Wish, asked, page
from simulators.graph.world import World

Name = Annotated[str, Field(min_length=1, max_length=200)]
Endpoint = Annotated[str, Field(pattern=r"^https://\S+$")]
Category = Literal[
    "SIGN_UP", "SIGN_IN", "APPOINTMENT_BOOKING", "LEAD_GENERATION", "CONTACT_US", "CUSTOMER_SUPPORT", "SURVEY", "OTHER"
]


class NewFlow(Wish):
    name: Name
    categories: Annotated[list[Category], Field(min_length=1)]
    clone_flow_id: str | None = None
    endpoint_uri: Endpoint | None = None


class FlowChange(Wish):
    name: Name | None = None
    categories: Annotated[list[Category], Field(min_length=1)] | None = None
    endpoint_uri: Endpoint | None = None


class AssetWish(Wish):
    name: Literal["flow.json"]
    asset_type: Literal["FLOW_JSON"]


async def create_flow(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/flows`: an empty draft, or the copy of another flow."""
    wish = asked(NewFlow, call)
    if any(flow.name == wish.name for flow in world.flows.values()):
        raise GraphError(100, "A flow of this name exists already.")
    flow = Flow(str(10**14 + secrets.randbelow(9 * 10**14)), wish.name, list(wish.categories), wish.endpoint_uri or "")
    if wish.clone_flow_id is not None:
        if wish.clone_flow_id not in world.flows:
            raise GraphError(100, "clone_flow_id is not a flow of this account.")
        flow.written = world.flows[wish.clone_flow_id].written
    flow.faults = faults_in(flow.written)
    world.flows[flow.id] = flow
    return {"id": flow.id}


async def list_flows(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/flows`."""
    fields = call.query.get("fields", "")
    rows = [chosen(flow.node(), fields, ("id", "name", "status", "categories")) for flow in world.flows.values()]
    return page(rows, call)


async def get_flow(world: World, call: Call) -> dict[str, Any]:
    """`GET /{flow}?fields=`."""
    default = ("id", "name", "status", "categories", "validation_errors")
    return chosen(world.flows[call.node].node(), call.query.get("fields", ""), default)


async def change_flow(world: World, call: Call) -> dict[str, Any]:
    """`POST /{flow}`: what is not its JSON."""
    wish, flow = asked(FlowChange, call), _draft(world, call)
    flow.name, flow.categories = wish.name or flow.name, list(wish.categories or flow.categories)
    flow.endpoint_uri = wish.endpoint_uri or flow.endpoint_uri
    return {"success": True}


async def write_flow(world: World, call: Call) -> dict[str, Any]:
    """`POST /{flow}/assets`: the JSON as a file. What is wrong in it is answered, not refused."""
    asked(AssetWish, call)
    flow = _draft(world, call)
    if "file" not in call.files:
        raise GraphError(100, text="(#100) The parameter file is required.")
    try:
        written = json.loads(call.files["file"][2])
    except ValueError:
        raise GraphError(100, "The file is not JSON.") from None
    flow.written = written if isinstance(written, dict) else {}
    flow.faults = faults_in(flow.written)
    return {"success": True, "validation_errors": flow.faults}


async def list_assets(world: World, call: Call) -> dict[str, Any]:
    """`GET /{flow}/assets`."""
    url = f"{world.base_url}/flow_assets/{call.node}/flow.json"
    return page([{"name": "flow.json", "asset_type": "FLOW_JSON", "download_url": url}], call, "name")


async def publish_flow(world: World, call: Call) -> dict[str, Any]:
    """`POST /{flow}/publish`: a draft without faults."""
    flow = _draft(world, call)
    if flow.faults:
        raise GraphError(139002, flow.faults[0]["message"])
    flow.status = "PUBLISHED"
    return {"success": True}


async def deprecate_flow(world: World, call: Call) -> dict[str, Any]:
    """`POST /{flow}/deprecate`: a published one."""
    flow = world.flows[call.node]
    if flow.status != "PUBLISHED":
        raise GraphError(139003)
    flow.status = "DEPRECATED"
    return {"success": True}


async def delete_flow(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{flow}`: a draft."""
    if world.flows[call.node].status != "DRAFT":
        raise GraphError(139004)
    del world.flows[call.node]
    return {"success": True}


def _draft(world: World, call: Call) -> Flow:
    flow = world.flows[call.node]
    if flow.status != "DRAFT":
        raise GraphError(139001 if flow.status == "PUBLISHED" else 139002)
    return flow


def faults_in(written: dict[str, Any]) -> list[dict[str, Any]]:
    """What is wrong in a flow's JSON: the version, the screens, an end."""
    screens = written.get("screens")
    found = []
    if not isinstance(written.get("version"), str):
        found.append("version is missing")
    if not isinstance(screens, list) or not screens or not all(isinstance(screen, dict) for screen in screens):
        return [_fault(what) for what in [*found, "screens is a list with at least one screen"]]
    ids = [screen.get("id") for screen in screens]
    if len(set(map(str, ids))) < len(ids) or not all(isinstance(key, str) and key for key in ids):
        found.append("each screen has an id of its own")
    if not all(isinstance(screen.get("layout"), dict) for screen in screens):
        found.append("each screen has a layout")
    if not any(screen.get("terminal") is True for screen in screens):
        found.append("one screen is the last one (terminal)")
    return [_fault(what) for what in found]


def _fault(what: str) -> dict[str, Any]:
    return {"error": "INVALID_PROPERTY", "error_type": "FLOW_JSON_ERROR", "message": what, "line_start": 1}
