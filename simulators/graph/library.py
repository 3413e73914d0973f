"""Meta's ready-made texts, and one-time password templates in many languages at once."""

from typing import Annotated, Any, Literal

from pydantic import Field

from simulators.graph.calls import Call
from simulators.graph.errors import GraphError
from simulators.graph.management import Wish, asked, page
from simulators.graph.template_review import submit
from simulators.graph.template_rules import LANGUAGES, check_components, check_head, check_ttl, refusal
from simulators.graph.template_shelf import Template, new_template_id
from simulators.graph.world import World

TOPICS = ("ACCOUNT_UPDATE", "CUSTOMER_FEEDBACK", "ORDER_MANAGEMENT", "PAYMENTS")
LIBRARY: tuple[dict[str, Any], ...] = (
    {
        "id": "7147013345418927",
        "name": "delivery_update_1",
        "language": "en",
        "category": "UTILITY",
        "topic": "ORDER_MANAGEMENT",
        "usecase": "DELIVERY_UPDATE",
        "industry": ["E_COMMERCE"],
        "body": "Hello {{1}}, your order {{2}} is on its way and will be with you soon.",
        "body_params": ["Jim", "CS5001"],
        "body_param_types": ["TEXT", "TEXT"],
        "buttons": [],
    },
    {
        "id": "7147013345418928",
        "name": "low_balance_warning_1",
        "language": "en",
        "category": "UTILITY",
        "topic": "ACCOUNT_UPDATE",
        "usecase": "LOW_BALANCE_WARNING",
        "industry": ["FINANCIAL_SERVICES"],
        "body": "The balance of your account ending in {{1}} is low. Please add funds in time.",
        "body_params": ["5001"],
        "body_param_types": ["NUMBER"],
        "buttons": [],
    },
)


class Search(Wish):
    search: str = ""
    topic: Literal["", "ACCOUNT_UPDATE", "CUSTOMER_FEEDBACK", "ORDER_MANAGEMENT", "PAYMENTS"] = ""
    usecase: str = ""
    industry: Literal["", "E_COMMERCE", "FINANCIAL_SERVICES"] = ""
    language: str = ""
    limit: str = "25"
    after: str | None = None


class Choice(Wish):
    name: str
    language: str
    category: Literal["UTILITY", "AUTHENTICATION"]
    library_template_name: str
    library_template_button_inputs: list[dict[str, Any]] | None = None
    library_template_body_inputs: dict[str, Any] | None = None


class Codes(Wish):
    name: str
    languages: Annotated[list[str], Field(min_length=1)]
    category: Literal["AUTHENTICATION"]
    components: list[dict[str, Any]]
    message_send_ttl_seconds: int | None = None


class PreviewWish(Wish):
    category: Literal["AUTHENTICATION"]
    languages: str = "en"
    button_types: Literal["OTP"] = "OTP"
    limit: str = "25"
    after: str | None = None


async def search(world: World, call: Call) -> dict[str, Any]:
    """`GET /message_template_library`."""
    wish = asked(Search, call)
    wanted = {name: value for name in ("topic", "usecase", "language") if (value := getattr(wish, name))}
    found = [
        row
        for row in LIBRARY
        if all(row[name] == value for name, value in wanted.items())
        and wish.industry in ("", *row["industry"])
        and wish.search.lower() in f"{row['name']} {row['body']}".lower()
    ]
    return page(found, call)


def from_library(call: Call) -> dict[str, Any]:
    """The submission a choice of the library comes to."""
    wish = asked(Choice, call)
    text = next((row for row in LIBRARY if row["name"] == wish.library_template_name), None)
    if text is None or text["language"] != wish.language.partition("_")[0] or text["category"] != wish.category:
        raise refusal(
            None, "Library", f"The library has no {wish.library_template_name!r} in this language and category."
        )
    body = {"type": "BODY", "text": text["body"], "example": {"body_text": [text["body_params"]]}}
    return {"name": wish.name, "language": wish.language, "category": wish.category, "components": [body]}


async def upsert_codes(world: World, call: Call) -> dict[str, Any]:
    """`POST /{waba}/upsert_message_templates`: created, or its components replaced, in each language."""
    wish = asked(Codes, call)
    if any(not isinstance(part.get("type"), str) for part in wish.components):
        raise refusal(None, "Invalid parameter", "components: each has a type.")
    for language in wish.languages:
        check_head(wish.name, language, wish.category, "POSITIONAL")
    check_ttl(wish.category, wish.message_send_ttl_seconds)
    check_components(wish.components, wish.category, "POSITIONAL", world.media.handles)
    made = []
    for language in wish.languages:
        template = world.templates.named(wish.name, language)
        if template is None:
            template = Template(new_template_id(), wish.name, language, wish.category, [], "POSITIONAL", call.now)
            world.templates.add(template)
        template.components = [{**part, "type": part["type"].upper()} for part in wish.components]
        template.status, template.message_send_ttl_seconds = "PENDING", wish.message_send_ttl_seconds
        submit(world, template)
        made.append({"id": template.id, "status": template.status, "category": template.category, "language": language})
    world.templates.save()
    return {"data": made}


async def previews(world: World, call: Call) -> dict[str, Any]:
    """`GET /{waba}/message_template_previews`: the preset text of a code."""
    languages = asked(PreviewWish, call).languages.split(",")
    if strange := [language for language in languages if language not in LANGUAGES]:
        raise GraphError(100, f"language {strange[0]!r} is not one of the supported codes.")
    button = {"type": "OTP", "text": "Copy code", "autofill_text": "Autofill"}
    body = "*{{1}}* is your verification code."
    return page([{"language": language, "body": body, "buttons": [button]} for language in languages], call, "language")
