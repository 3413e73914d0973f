"""Template management: create, list, read, edit, delete, unpause."""

import base64
from typing import Any
from urllib.parse import urlencode

from simulators.graph.account import chosen
from simulators.graph.calls import Call
from simulators.graph.creative import opted_out
from simulators.graph.errors import GraphError, unknown_object
from simulators.graph.library import from_library
from simulators.graph.template_review import fitting_category, judge, submit, unpause
from simulators.graph.template_rules import check_components, check_head, check_ttl, refusal
from simulators.graph.template_shelf import Template, new_template_id
from simulators.graph.template_submission import Edit, Submission, shaped
from simulators.graph.world import World

DAY = 86400.0
LISTED = ("name", "parameter_format", "components", "language", "status", "category", "id")


async def create_template(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/message_templates`. The category answered may differ from the one asked for."""
    rules = world.misbehaviour
    if not world.creating.take("", rules.template_creations_per_hour, call.now):
        raise GraphError(80007)
    ready_made = "library_template_name" in call.body
    asked = shaped(Submission, from_library(call) if ready_made else call.body)
    name, language, category = asked["name"], asked["language"], asked["category"]
    style = asked.get("parameter_format", "POSITIONAL").upper()
    check_head(name, language, category, style)
    check_ttl(category, asked.get("message_send_ttl_seconds"))
    check_components(asked["components"], category, style, world.media.handles)
    spec = call.body.get("degrees_of_freedom_spec")
    unchanged = [] if spec is None else opted_out(spec)
    _refuse_taken(world, call, name, language)
    template = Template(new_template_id(), name, language, category, _upper(asked["components"]), style, call.now)
    template.message_send_ttl_seconds = asked.get("message_send_ttl_seconds")
    template.creative_opt_outs = unchanged
    if rules.recategorised == "answer":
        template.category = fitting_category(world, template)
    world.templates.add(template)
    if ready_made:
        judge(world, template, "APPROVED")
    else:
        submit(world, template)
    call.verdict["template"] = template.id
    return {"id": template.id, "status": template.status, "category": template.category}


def _upper(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Types and formats as Meta gives them back."""
    for part in components:
        part["type"] = part["type"].upper()
        if "format" in part:
            part["format"] = part["format"].upper()
        for button in part.get("buttons", []):
            button["type"] = button["type"].upper()
        for card in part.get("cards", []):
            _upper(card["components"])
    return components


def _refuse_taken(world: World, call: Call, name: str, language: str) -> None:
    if world.templates.rests(name, call.now):
        raise refusal(2388023, "Language is being deleted", f"{name} was deleted; the name is free after 30 days.")
    if world.templates.named(name, language):
        raise refusal(2388024, "Content in this language already exists", f"{name} exists in {language}.")
    if world.misbehaviour.template_limit and len(world.templates) >= world.misbehaviour.template_limit:
        raise refusal(2388019, "Template limit", f"The account has {len(world.templates)} templates.")


async def list_templates(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/message_templates` with filters, fields and cursors."""
    found = [template for template in world.templates if _matches(template, call)]
    limit = call.query.get("limit", "25")
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise GraphError(100, "limit is a number from 1 to 1000.")
    ids = [template.id for template in found]
    start = _place(call.query.get("after"), ids) + 1 if "after" in call.query else 0
    if "before" in call.query:
        start = max(0, _place(call.query["before"], ids) - int(limit))
    page = found[start : start + int(limit)]
    answer: dict[str, Any] = {"data": [chosen(t.node(), call.query.get("fields", ""), LISTED) for t in page]}
    if page:
        answer["paging"] = {"cursors": {"before": _cursor(page[0].id), "after": _cursor(page[-1].id)}}
        if start + len(page) < len(found):
            passed = {**call.query, "after": _cursor(page[-1].id)}
            passed.pop("access_token", None)
            answer["paging"]["next"] = f"{world.base_url}/{call.node}/message_templates?{urlencode(passed)}"
    return answer


def _matches(template: Template, call: Call) -> bool:
    """Whether a template passes the filters of the query."""
    node, query = template.node(), call.query
    said = template.text("BODY").lower()
    for field in ("language", "status", "category"):
        if (wanted := query.get(field)) and node[field].lower() not in wanted.lower().split(","):
            return False
    if (wanted := query.get("quality_score")) and template.quality.lower() not in wanted.lower().split(","):
        return False
    name, content, either = (query.get(key, "").lower() for key in ("name", "content", "name_or_content"))
    return name in template.name and content in said and (either in template.name or either in said)


def _cursor(template_id: str) -> str:
    return base64.urlsafe_b64encode(f"t:{template_id}".encode()).decode()


def _place(cursor: str | None, ids: list[str]) -> int:
    """Where a cursor points; 131059 when it is none of ours or its template is gone."""
    for at, template_id in enumerate(ids):
        if _cursor(template_id) == cursor:
            return at
    raise GraphError(131059)


def _template(world: World, call: Call) -> Template:
    template = world.templates.get(call.node)
    if template is None:
        raise unknown_object(call.method, call.node)
    return template


async def get_template(world: World, call: Call) -> dict[str, Any]:
    """`GET /{template}?fields=`."""
    return chosen(_template(world, call).node(), call.query.get("fields", ""), LISTED)


async def edit_template(world: World, call: Call) -> dict[str, Any]:
    """`POST /{template}`: category, TTL or all components anew; then it is reviewed again."""
    template, asked = _template(world, call), shaped(Edit, call.body)
    if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
        raise refusal(2388039, "Cannot be edited", f"A template that is {template.status} cannot be edited.")
    category = asked.get("category", template.category)
    if template.status == "APPROVED":
        if category != template.category:
            raise refusal(2388039, "Cannot be edited", "The category of an approved template cannot be edited.")
        _refuse_too_often(template, call.now)
    check_head(template.name, template.language, category, template.parameter_format)
    check_ttl(category, asked.get("message_send_ttl_seconds"))
    components = asked.get("components", template.components)
    check_components(components, category, template.parameter_format, world.media.handles)
    if template.status == "APPROVED":
        template.edits.append(call.now)
    template.category, template.components, template.status = category, _upper(components), "PENDING"
    if "degrees_of_freedom_spec" in call.body:
        template.creative_opt_outs = opted_out(call.body["degrees_of_freedom_spec"])
    if "message_send_ttl_seconds" in asked:
        template.message_send_ttl_seconds = asked["message_send_ttl_seconds"]
    world.templates.save()
    submit(world, template)
    return {"success": True, "id": template.id, "name": template.name, "category": template.category}


def _refuse_too_often(template: Template, now: float) -> None:
    day = [at for at in template.edits if at > now - DAY]
    month = [at for at in template.edits if at > now - 30 * DAY]
    if day or len(month) >= 10:
        raise refusal(
            2388039, "Cannot be edited", "An approved template may be edited once a day, 10 times in 30 days."
        )


async def delete_by_name(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{waba}/message_templates?name=`: every language, or with `hsm_id` the one."""
    name, one = call.parameter("name"), call.parameter("hsm_id")
    doomed = [template for template in world.templates.languages_of(name) if one in ("", template.id)]
    if not doomed:
        raise GraphError(100, "No template of this name and id.", subcode=2593002, user_title="Template not found")
    for template in doomed:
        _delete(world, call, template)
    return {"success": True}


async def delete_template(world: World, call: Call) -> dict[str, Any]:
    """`DELETE /{template}`."""
    _delete(world, call, _template(world, call))
    return {"success": True}


def _delete(world: World, call: Call, template: Template) -> None:
    if template.status == "DISABLED":
        raise refusal(2388039, "Cannot be deleted", "A disabled template cannot be deleted.")
    judge(world, template, "PENDING_DELETION")
    world.templates.remove(template, call.now)


async def unpause_template(world: World, call: Call) -> dict[str, Any]:
    """`POST /{template}/unpause`."""
    template = _template(world, call)
    if template.status != "PAUSED":
        raise refusal(2388039, "Not paused", f"The template is {template.status}.")
    unpause(world, template)
    return {"success": True}
