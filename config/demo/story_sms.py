"""The SMS job: a campaign is countersigned and carried by two gateways, and every text is accounted for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from config.demo.agent_client import Answer
from config.demo.broadcast_plan import EXCLUSIONS
from config.demo.sms_readers import Did, read_and_click
from config.demo.sms_seeding import SHOP, TAG, SmsCast
from config.demo.stage import Stage, StoryBroke, many
from messaging.models import WebhookEvent
from simulators.process import SmsSimulator

SEGMENT = "SMS club"
TEXTS = {
    "en": "Harbour Tea: dear {{name}}, autumn oolong is in, 20% off until Sunday: {{shop}} Unsub: {{stop}}",
    "zh_hk": "【海港茶】{{name}}，秋季烏龍到貨，八折至星期日：{{shop}} 取消/Unsub {{stop}}",
}


@dataclass(frozen=True, slots=True)
class SmsPlayed:
    """What the closing checks."""

    campaign_id: str
    contract: Answer
    journal_from: int
    simulator: SmsSimulator
    did: Did


def play_sms(stage: Stage, cast: SmsCast, simulator: SmsSimulator) -> SmsPlayed:
    """The whole job. Raises StoryBroke when anything goes another way."""
    segment_id = _segment(stage)
    link_id = _short_link(stage, segment_id)
    campaign_id, token = _draft(stage, cast, segment_id, link_id)
    preview = _price(stage, campaign_id, token)
    journal_from = simulator.journal_end()
    answer = _ask_to_schedule(stage, preview)
    stage.officer.approve(answer["request"]["review_url"], note="Texts, ways and cost read.")
    stage.tell.done("Mei Chan reads texts, people, ways and cost on one page and approves")
    stage.outcome_of(answer)
    _watch(stage, campaign_id, preview["data"]["included"], simulator)
    stage.tell.chapter("SMS 5  People read it")
    did = read_and_click(stage, simulator, journal_from)
    return SmsPlayed(campaign_id, preview["data"], journal_from, simulator, did)


def _segment(stage: Stage) -> str:
    stage.tell.chapter("SMS 1  Whom to write to")
    rows = stage.agent.use("whatsapp.segments.list", counts=False, limit=50)["data"]["segments"]
    known = next((row for row in rows if row["name"] == SEGMENT), None)
    if known is None:
        known = stage.ask(
            "whatsapp.segment.upsert", "For the autumn oolong", name=SEGMENT, rule=f"tag:{TAG}", purpose="SMS"
        )["data"]
    stage.tell.done(f"Segment “{SEGMENT}”", f"tag:{TAG}")
    return str(known["segment_id"])


def _short_link(stage: Stage, segment_id: str) -> str:
    """A short link to the shop: previewed, made, and never led anywhere else."""
    stage.tell.chapter("SMS 2  The campaign")
    preview = stage.agent.use(
        "sms_marketing.short_links.preview",
        name="Autumn oolong",
        destination=f"https://{SHOP}/oolong?lang=hk",
        utm={"campaign": "autumn-oolong"},
        expires_at=(timezone.now() + timedelta(days=30)).isoformat(),
        segment_id=segment_id,
    )
    answer = stage.ask("sms_marketing.short_links.create", "Autumn oolong", short_link_preview_id=preview["preview_id"])
    made = _allowed(stage, answer, "A shop page on our own domain.")
    stage.tell.done(
        f"A short link to {preview['data']['destination']}",
        f"{preview['data']['characters']} characters in a text; everybody gets a code of their own",
    )
    return str(made["short_link_id"])


def _allowed(stage: Stage, answer: Answer, note: str) -> Answer:
    """What a write has made, after an officer let it through where a policy wants that."""
    if answer["data"] is None:
        stage.officer.approve(answer["request"]["review_url"], note=note)
        return dict(stage.outcome_of(answer)["result"])
    return dict(answer["data"])


def _draft(stage: Stage, cast: SmsCast, segment_id: str, link_id: str) -> tuple[str, str]:
    answer = stage.ask(
        "sms_marketing.campaigns.create_draft",
        "Autumn oolong",
        name=f"Autumn oolong {timezone.localtime():%d %b %H:%M:%S}",
        segment_id=segment_id,
        texts=TEXTS,
        default_language="en",
        sender_id=str(cast.identity.pk),
        variables=[{"name": "name", "source": "name", "fallback": "friend"}],
        short_link_ids={"shop": link_id},
        opt_out_variable="stop",
    )
    kept = _allowed(stage, answer, "A draft.")
    stage.tell.done("The agent drafts it in two languages", f"from {cast.identity.value}, registered in Hong Kong")
    return str(kept["campaign_id"]), str(kept["version_token"])


def _price(stage: Stage, campaign_id: str, token: str) -> Answer:
    due_at = timezone.now() + timedelta(seconds=stage.due_in)
    preview = stage.agent.use(
        "sms_marketing.cost_preview", campaign_id=campaign_id, base_version_token=token, due_at=due_at.isoformat()
    )
    contract = preview["data"]
    stage.tell.done("Its cost preview freezes people, texts, ways and prices; everybody is written to or left out")
    left_out = [(EXCLUSIONS.get(why, why), f"− {count:,}", "") for why, count in contract["excluded"].items() if count]
    rows = [("in the segment", f"{contract['targeted']:,}", ""), *left_out, ("", "", "")]
    rows += [
        (f"to {one['country']}", f"{one['people']:,}",
         f"{many(one['parts'], 'part')} at {float(one['price']):.2f} by {', then '.join(one['gateways'])}")
        for one in contract["routes"]
    ]  # fmt: skip
    stage.tell.numbers(rows)
    stage.tell.done(f"Estimated {float(contract['cost_high']):,.2f} {contract['currency']}; it stops before that")
    return preview


def _ask_to_schedule(stage: Stage, preview: Answer) -> Answer:
    stage.tell.chapter("SMS 3  A person countersigns")
    wish: dict[str, Any] = {
        "preview_id": preview["preview_id"], "reason": "Autumn oolong", "idempotency_key": f"demo-{uuid4()}",
    }  # fmt: skip
    answer = stage.agent.use("sms_marketing.campaigns.schedule", **wish)
    stage.tell.waits(f"Scheduling it waits. {answer['request']['anything_sent']}", answer["request"]["review_url"])
    return answer


def _watch(stage: Stage, campaign_id: str, people: int, simulator: SmsSimulator) -> None:
    stage.tell.chapter("SMS 4  Two gateways carry it")

    def report() -> Answer:
        told: Answer = stage.agent.use("sms_marketing.campaigns.get", campaign_id=campaign_id)["data"]
        return told

    with stage.tell.busy("Waiting for its time"):
        stage.wait_for(
            lambda: report()["state"] not in ("draft", "scheduled"), "the release", within=stage.due_in + 60.0
        )
    with stage.tell.progress(people) as bar:

        def is_complete() -> bool:
            told = report()
            outcomes = told["outcomes"]
            bar.show(people - outcomes["queued"] - outcomes["sending"], f"{outcomes['delivered']:,} delivered")
            if told["state"] in ("stopped", "expired", "paused"):
                raise StoryBroke(f"The campaign is {told['state']}")
            return bool(told["state"] == "completed")

        stage.wait_for(is_complete, "the end of the send", within=180.0, every=0.7)
    with stage.tell.busy("Waiting for the last receipts"):
        simulator.wait_until_quiet(60.0)
        waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.WAITING)
        stage.wait_for(lambda: not waiting.exists(), "the inbox", within=60.0)
    stage.tell.done("All receipts are in: signed or by the secret address, some twice, some in the wrong order")
