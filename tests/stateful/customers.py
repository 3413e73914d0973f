"""What customers do, and what is written down of their consent."""

from datetime import timedelta
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from approvals.models import State
from messaging.models import Contact
from tests.stateful.game import Game, maybe, pick, which
from tests.stateful.opening import import_people
from tests.stateful.tea_shop import PHONES, USER_IDS
from tests.webhooks import text

STOPS = ("STOP", "退訂")


class Customers(Game):
    """They write, stop, come back, and stand in files."""

    @rule(rows=st.dictionaries(st.sampled_from(PHONES), st.booleans(), min_size=1))
    def import_a_file(self, rows: dict[str, bool]) -> None:
        import_people(self.shop, rows, [phone for phone, opted_out in rows.items() if opted_out])

    @rule(phone=maybe, user=maybe, word=st.sampled_from([*STOPS, *STOPS, "START", "How much is it?"]),
          hours_ago=st.sampled_from([0, 0, 1]))  # fmt: skip
    def somebody_writes(self, phone: int | None, user: int | None, word: str, hours_ago: int) -> None:
        """Told at once, or after what was written later."""
        if phone is None and user is None:
            return
        who = {} if phone is None else {"from": PHONES[phone][1:]}
        who |= {} if user is None else {"from_user_id": USER_IDS[user]}
        self._hear(who, word, timedelta(hours=hours_ago))

    def _hear(self, who: dict[str, str], word: str, ago: timedelta) -> None:
        said_at = self.shop.now - ago
        self.shop.tell(messages=[text(f"wamid.in.{uuid4()}", word, said_at, **who)], again=True)
        self.shop.read_webhooks()
        known = self.shop.people_at(who.get("from"), who.get("from_user_id"))
        if word in STOPS:
            self.shop.note_stops(known, said_at)
        elif word == "START":
            self.shop.note_return(known, said_at)

    @rule(number=which, days=st.sampled_from([0, 8]))
    def somebody_comes_back(self, number: int, days: int) -> None:
        """Their START is told when it is said, or so late that it counts for nothing any more. Their STOP of before is
        told once more.
        """
        who = {"from": PHONES[number][1:]}
        self._hear(who, "STOP", timedelta(0))
        said = self.shop.bodies[-1]
        self.shop.pass_time(timedelta(days=days, minutes=1))
        self._hear(who, "START", timedelta(days=days))
        if days:
            self.shop.beat()
        self.witness.hears_again(said)

    @rule(phone=which, value=st.sampled_from(["stop", "resume"]))
    def somebody_turns_marketing_off_or_on(self, phone: int, value: str) -> None:
        said = {"wa_id": PHONES[phone][1:], "category": "marketing_messages", "value": value, "detail": "x",
                "timestamp": int(self.shop.now.timestamp())}  # fmt: skip
        sender = self.shop.tea.sender
        metadata = {"display_phone_number": sender.number, "phone_number_id": sender.provider_ref}
        self.shop.tell_of("user_preferences", {"messaging_product": "whatsapp", "metadata": metadata,
                                               "user_preferences": [said]})  # fmt: skip
        known = self.shop.people_at(PHONES[phone])
        (self.shop.note_stops if value == "stop" else self.shop.note_return)(known)

    @rule(number=which, change=st.sampled_from(["opt_out", "block", "grant", "withdraw", "opt_in"]))
    def sam_changes_consent(self, number: int, change: str) -> None:
        contact = pick(self.shop.contacts(), number)
        request = self.shop.write(
            "whatsapp.consent.update", contact_ids=[str(contact.key)], change=change, source="Shop call",
            occurred_at=self.shop.now.isoformat(), customers_own_act=True, evidence="ticket 7",
            category="any" if change in ("opt_out", "block", "opt_in") else "marketing",
        )  # fmt: skip
        if change in ("opt_out", "block"):
            assert request is not None, "an opt-out was refused"
            assert request.state == State.SUCCEEDED, "an opt-out waits for somebody"
            self.shop.note_stops(self.shop.people_at(contact.phone, contact.bsuid) | {contact.pk})

    @rule(number=which)
    def somebody_has_another_number(self, number: int) -> None:
        """The desk corrects it; what was approved for the old one does not go there any more."""
        contact = pick(self.shop.contacts(), number)
        if contact.phone:
            Contact.objects.filter(pk=contact.pk).update(phone=f"+8529{int(self.shop.now.timestamp()) % 10**7:07d}")
