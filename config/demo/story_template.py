"""A bilingual template: drafted, submitted after approval, reviewed by the pretend Meta, told by webhook."""

from typing import Any

from config.demo.agent_client import Answer
from config.demo.stage import Stage, StoryBroke

NAME = "autumn_picking"
TRANSLATIONS: list[dict[str, Any]] = [
    {
        "language": "en",
        "style": "NAMED",
        "header": {"kind": "text", "text": "The autumn picking is here"},
        "body": {
            "text": "Dear {{name}}, the autumn picking has arrived at Harbour Tea, and your {{favourite}} is among it."
            " Come by for a tasting this weekend: the kettle is on from ten to six.",
            "examples": {"name": "Ka Yan", "favourite": "Oolong"},
        },
        "footer": "Reply STOP to unsubscribe",
        "buttons": [{"kind": "quick_reply", "label": "Save me a seat"}],
    },
    {
        "language": "zh_HK",
        "style": "NAMED",
        "header": {"kind": "text", "text": "秋茶到了"},
        "body": {
            "text": "親愛的{{name}}：秋茶已抵達海港茶莊，您喜愛的{{favourite}}也在其中。"
            "本週末十時至六時，歡迎親臨品茶，熱水已備。",
            "examples": {"name": "家欣", "favourite": "Oolong"},
        },
        "footer": "回覆「停止」即可退訂",
        "buttons": [{"kind": "quick_reply", "label": "為我留座"}],
    },
]
VARIABLES = [
    {"name": "name", "source": "name", "fallback": "friend of the house"},
    {"name": "favourite", "source": "attribute", "attribute": "favourite"},
]


def prepare_template(stage: Stage) -> str:
    """The id of an approved template: the last round's, or a new one that goes through the review."""
    stage.tell.chapter("2  A template in two languages")
    known = [row for row in _templates(stage) if row["name"].startswith(NAME)]
    approved = next((row for row in known if _is_approved(row) and _is_known_outside(stage, row["name"])), None)
    if approved:
        stage.tell.done(f"{approved['name']} of the last round is still approved in {_languages(approved)}")
        return str(approved["template_id"])
    return _review(stage, f"{NAME}_{len(known) + 1}" if known else NAME)


def _review(stage: Stage, name: str) -> str:
    tell = stage.tell
    preview = stage.agent.use(
        "whatsapp.template_submit.preview",
        name=name, category="marketing", default_language="en", translations=TRANSLATIONS,
    )  # fmt: skip
    findings = preview["data"]["findings"]
    tell.done(f"The agent has {name} checked in English and Chinese", f"{len(findings)} findings against Meta's rules")
    kept = stage.ask("whatsapp.template_draft.upsert", "Autumn tasting", preview_id=preview["preview_id"])
    tell.done("It keeps the draft; a policy allows drafts at once", f"decided by: {kept['request']['decided_by']}")
    answer = stage.ask("whatsapp.template.submit", "Autumn tasting", preview_id=preview["preview_id"])
    tell.waits("Submitting to Meta waits for a person", answer["request"]["review_url"])
    stage.officer.approve(answer["request"]["review_url"])
    tell.done("Mei Chan sees both texts as a phone shows them and approves")
    submitted = stage.outcome_of(answer)["result"]
    template_id = str(submitted["template_id"])
    stage.wait_for(lambda: _is_reviewed(stage, template_id), "Meta's review", within=30)
    tell.done("A worker submits it, and a signed webhook tells the verdict of the review: approved, both languages")
    return template_id


def _is_reviewed(stage: Stage, template_id: str) -> bool:
    found = stage.agent.use("whatsapp.template.get", template_id=template_id)["data"]
    if "REJECTED" in found["languages"].values():
        raise StoryBroke(f"The simulator rejected {found['name']}: {found['translations']}")
    return _is_approved(found)


def _is_approved(row: Answer) -> bool:
    return set(row["languages"].values()) == {"APPROVED"}


def _is_known_outside(stage: Stage, name: str) -> bool:
    """The database may have been kept while the simulator's memory was removed."""
    shelf = stage.house.simulator.state_dir / "templates.json"
    return shelf.exists() and f'"{name}"' in shelf.read_text()


def _templates(stage: Stage) -> list[Answer]:
    rows: list[Answer] = stage.agent.use("whatsapp.templates.list", limit=50)["data"]["templates"]
    return rows


def _languages(row: Answer) -> str:
    return " and ".join(sorted(row["languages"]))
