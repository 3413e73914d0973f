"""Templates: submitted, listed, read, edited, deleted, unpaused. What Meta keeps ready is in `library`."""

from collections.abc import Iterator, Mapping
from typing import Any

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Caller
from messaging.whatsapp.cloud.creative import without_creative_changes
from messaging.whatsapp.graph import node

FIELDS = (
    "id,name,language,status,category,correct_category,previous_category,components,parameter_format,"
    "quality_score,rejected_reason,message_send_ttl_seconds"
)
FILTERS = frozenset({"name", "language", "status", "category", "content", "name_or_content", "quality_score", "source"})


class Templates(Caller):
    """`/{waba}/message_templates` and the templates themselves."""

    def create_template(self, waba_id: str, payload: Mapping[str, Any]) -> answers.Created:
        """Submit a template for review. A lost answer is unsure: list by name before submitting again."""
        body = without_creative_changes(payload)
        return self._graph.ask(answers.Created, "POST", f"{node(waba_id)}/message_templates", body=body)

    def edit_template(self, template_id: str, payload: Mapping[str, Any]) -> None:
        """Replace all components (and category or lifetime) of a template; it goes back to review."""
        self._confirm("POST", node(template_id), body=without_creative_changes(payload))

    def delete_template(self, waba_id: str, name: str, template_id: str = "") -> None:
        """Delete one template. Without `template_id` every language of the name goes."""
        params = {"name": name} | ({"hsm_id": node(template_id)} if template_id else {})
        self._confirm("DELETE", f"{node(waba_id)}/message_templates", params=params)

    def list_templates(self, waba_id: str, **filters: str) -> Iterator[answers.TemplateNode]:
        """All templates of the account, page by page; `filters` are of FILTERS, empty ones are none."""
        if unknown := sorted(filters.keys() - FILTERS):
            raise ValueError(f"Templates cannot be filtered by {unknown[0]}; use {', '.join(sorted(FILTERS))}.")
        params = {"fields": FIELDS, "limit": "100"} | {name: value for name, value in filters.items() if value}
        return self._pages(answers.Page[answers.TemplateNode], f"{node(waba_id)}/message_templates", params)

    def get_template(self, template_id: str) -> answers.TemplateNode:
        """One template as Meta keeps it now."""
        return self._graph.ask(answers.TemplateNode, "GET", node(template_id), params={"fields": FIELDS})

    def unpause_template(self, template_id: str) -> None:
        """Let a paused template be sent again; a pause by pacing does not end by itself."""
        self._confirm("POST", f"{node(template_id)}/unpause")
