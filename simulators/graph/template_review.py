"""The review of templates, and what else Meta does to them by itself; each told by webhook."""

from typing import Any

from simulators.graph.template_shelf import Template
from simulators.graph.webhooks import Update
from simulators.graph.world import World

PAUSES = ("FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE", "DISABLED")


def submit(world: World, template: Template) -> None:
    """Put the verdict on the agenda."""
    world.agenda.after(world.misbehaviour.review_seconds, lambda: review(world, template))


def resume(world: World) -> None:
    """After a restart: whatever was in review still is."""
    for template in world.templates:
        if template.status == "PENDING":
            submit(world, template)


def review(world: World, template: Template) -> None:
    """Give the verdict, unless the template is gone or has been judged by hand."""
    if template.status != "PENDING" or world.templates.get(template.id) is not template:
        return
    if objection := _objection(world, template):
        judge(world, template, "REJECTED", **objection)
    else:
        judge(world, template, "APPROVED", category=fitting_category(world, template))


def fitting_category(world: World, template: Template) -> str:
    """The category Meta finds right: what looks promotional is marketing."""
    said = _all_text(template).lower()
    if template.category == "UTILITY" and any(word in said for word in world.misbehaviour.promotional_words):
        return "MARKETING"
    return template.category


def _objection(world: World, template: Template) -> dict[str, str]:
    """Why it is rejected, or nothing."""
    marker = world.misbehaviour.reject_marker
    if marker in template.name or marker in _all_text(template):
        return {"reason": "TAG_CONTENT_MISMATCH"}
    if "}}{{" in "".join(_all_text(template).split()):
        return {"reason": "INVALID_FORMAT", "recommendation": "Put words between the variables."}
    if world.misbehaviour.reject_duplicates and _twin(world, template):
        return {"reason": "INVALID_FORMAT", "recommendation": "Another template has the same body and footer."}
    return {}


def _twin(world: World, template: Template) -> bool:
    """Whether an earlier template says the same; authentication templates all do."""
    if template.category == "AUTHENTICATION":
        return False
    said = template.text("BODY"), template.text("FOOTER")
    return any(
        other.id != template.id
        and other.created_at <= template.created_at
        and other.status not in ("REJECTED", "DISABLED")
        and (other.text("BODY"), other.text("FOOTER")) == said
        for other in world.templates
    )


def _all_text(template: Template) -> str:
    return " ".join(template.text(kind) for kind in ("HEADER", "BODY", "FOOTER"))


def judge(
    world: World, template: Template, event: str, *, reason: str = "NONE", recommendation: str = "", category: str = ""
) -> None:
    """Set a status and tell it. `event` is APPROVED, REJECTED, FLAGGED, DISABLED, PENDING_DELETION ..."""
    if category and category != template.category:
        recategorise(world, template, category)
    template.status = event
    template.rejected_reason = reason
    template.was_approved = template.was_approved or event == "APPROVED"
    world.templates.save()
    facts: dict[str, Any] = {"event": event, **_names(template), "reason": reason}
    if recommendation:
        facts["rejection_info"] = {"reason": "The template does not meet the rules.", "recommendation": recommendation}
    _tell(world, template, "message_template_status_update", facts)


def pause(world: World, template: Template, title: str = "FIRST_PAUSE") -> None:
    """Pause it for its quality, or with `DISABLED` for good."""
    template.quality = "RED"
    template.status = "DISABLED" if title == "DISABLED" else "PAUSED"
    world.templates.save()
    other = {"title": title, "description": "The template has received negative feedback from customers."}
    facts = {"event": template.status, **_names(template), "reason": "NONE", "other_info": other}
    _tell(world, template, "message_template_status_update", facts)


def unpause(world: World, template: Template) -> None:
    """Let it be sent again."""
    template.status = "APPROVED"
    world.templates.save()
    other = {"title": "UNPAUSED", "description": "The template can be sent again."}
    facts = {"event": "APPROVED", **_names(template), "reason": "NONE", "other_info": other}
    _tell(world, template, "message_template_status_update", facts)


def recategorise(world: World, template: Template, category: str) -> None:
    """Change the category, which is the price, and tell it."""
    template.previous_category, template.category = template.category, category
    world.templates.save()
    names = {name: value for name, value in _names(template).items() if name != "message_template_category"}
    facts = {**names, "previous_category": template.previous_category, "new_category": category}
    _tell(world, template, "template_category_update", facts)


def warn(world: World, template: Template, category: str) -> None:
    """Announce that the category will change in a day; `new_category` is still the current one here."""
    template.correct_category = category
    world.templates.save()
    names = {name: value for name, value in _names(template).items() if name != "message_template_category"}
    due = int(world.clock()) + 86400
    facts = {"new_category": template.category, "correct_category": category, "category_update_timestamp": due}
    _tell(world, template, "template_category_update", {**names, **facts})


def _names(template: Template) -> dict[str, Any]:
    return {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language,
        "message_template_category": template.category,
    }


def _tell(world: World, template: Template, field: str, facts: dict[str, Any]) -> None:
    world.note("template", name=template.name, language=template.language, field=field, value=facts)
    world.mailer.add(
        Update("value", facts, [field, template.name, template.language, facts.get("event", "")], name=field)
    )
