"""What an onlooker asks after every step: the invariants of the database, and those only somebody outside can know."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, Sum

from accounts.roles import Role
from approvals.execution import carry_out
from approvals.models import ActionRequest, State
from audit.models import Entry
from messaging.engine.taken import Taken
from messaging.engine.tallies import tally
from messaging.invariants import Scope, assert_invariants
from messaging.models import (
    Attempt,
    Contact,
    Message,
    Outcome,
    Replacement,
    Send,
    Status,
    Suppression,
    TemplateTranslation,
)
from tests.stateful.tea_shop import NOT_REACHED, PEOPLE_A_DAY, TeaShop
from tests.webhooks import arrived

# A moment of the machine is a second: what was said before it counts.
AT_ONCE = Scope(grace=timedelta(minutes=5), told_within=timedelta(0))
# Whoever could not be reached so often is given up.
TRIES = 5
# What a webhook that is told once more leaves as it is.
_TOLD_ONCE = ("messaging_message", "messaging_attempt", "messaging_send", "messaging_outbox", "messaging_suppression",
              "messaging_consentstate", "messaging_inboundmessage")  # fmt: skip
_PRINT = " UNION ALL ".join(f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
                            for table in _TOLD_ONCE)  # fmt: skip
# Reading and asking in vain may write these.
_NOTES = {"audit.Entry", "approvals.Refusal", "approvals.UntrustedRead", "approvals.IdempotentCall"}


def everything() -> dict[str, int]:
    """How many rows each of our tables holds, save what reading writes."""
    models = [
        model for app in ("accounts", "approvals", "messaging") for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: model._default_manager.count() for model in models if model._meta.label not in _NOTES}


def added_since(before: dict[str, int]) -> dict[str, int]:
    """How many rows there are more (or fewer) than before, by table."""
    return {table: count - before[table] for table, count in everything().items() if count != before[table]}


def _prints() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_PRINT)
        return list(cursor.fetchall())


class Witness:
    """Remembers what it saw, because some promises are about what must never be undone."""

    def __init__(self, shop: TeaShop) -> None:
        self.shop = shop
        self._reached: dict[int, int] = {}
        self._ended: dict[Any, str] = {}

    def carry_out(self, request: ActionRequest) -> None:
        """Carry out, and see that whoever approved still could, in time (I6)."""
        decided = request.decisions.filter(person__isnull=False).exists()
        was = ActionRequest.objects.get(pk=request.pk).state
        done = carry_out(request.pk, self.shop.now)
        self.shop.mei.refresh_from_db()
        if was == State.APPROVED and decided and done.state == State.SUCCEEDED:
            assert self.shop.mei.role == Role.COMPLIANCE, "carried out on an approval whose giver may not give it"
            assert self.shop.now < request.expires_at, "carried out on an approval that had ended"
            self._believe_returns(request)

    def _believe_returns(self, request: ActionRequest) -> None:
        """A change of consent that Mei approved may have brought people back: the one thing the rows are believed."""
        if request.tool == "whatsapp.consent.update":
            still = set(Suppression.objects.filter(lifted_at=None).values_list("contact_id", flat=True))
            self.shop.stopped = {one: at for one, at in self.shop.stopped.items() if one in still}

    def fit_to_send(self) -> bool:
        """Whether the template may be sent now (I9)."""
        return TemplateTranslation.objects.get().status in ("APPROVED", "FLAGGED")

    def take(self, wanted: int) -> list[Taken]:
        """Mark a batch, and look at each of it before it goes."""
        before = self.fit_to_send()
        taken = self.shop.take(wanted)
        assert before or not taken, "messages were marked although their template is not approved"
        for one in taken:
            contact = Contact.objects.get(pk=one.contact_id)
            assert one.address in (contact.phone, contact.bsuid), "a message goes where its person no longer is"
            self._is_not_known_to_have_arrived(one)
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",), "a mark does not wait for the disk"
        return taken

    def _is_not_known_to_have_arrived(self, one: Taken) -> None:
        """What is sent again because nobody knew is not, once somebody knows."""
        replaced = Replacement.objects.filter(send_id=one.send_id, contact_id=one.contact_id)
        for attempt in replaced.values_list("attempt_id", flat=True):
            told = self.shop.told.get(str(attempt), set())
            assert not told & {"sent", "delivered", "read"}, "sent again to somebody who has it already"

    def hears_again(self, body: bytes) -> None:
        """A webhook of which all is known already changes nothing (I18)."""
        self.shop.read_webhooks()
        before = _prints()
        arrived(self.shop.tea.sender, body)
        self.shop.read_webhooks()
        assert _prints() == before, "a webhook told twice was heard twice"

    def is_open(self, one: Taken) -> bool:
        now = self.shop.now
        return Attempt.objects.filter(pk=one.attempt_id, outcome=Outcome.OPEN, lease_until__gt=now).exists()

    def ask(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        assert_invariants(self.shop.now, AT_ONCE, journal=self.shop.journal, stopped=self.shop.stopped)
        self._sums_close()
        self._ladder_only_climbs()
        self._ends_stay()
        self._budget_holds()
        self._noes_stand()
        self._tries_end()

    def _noes_stand(self) -> None:
        """I21: who said no, and has not come back by a word of their own, stands as somebody who said no."""
        standing = Suppression.objects.filter(lifted_at=None, contact_id__in=self.shop.stopped)
        missing = set(self.shop.stopped) - set(standing.values_list("contact_id", flat=True))
        assert not missing, f"nothing stands of the no of {missing}"

    def _tries_end(self) -> None:
        """Nobody is tried for ever."""
        tried = Attempt.objects.filter(code=NOT_REACHED).values("message").annotate(tries=Count("pk"))
        assert not tried.filter(tries__gt=TRIES).exists(), f"a message was tried more than {TRIES} times"

    def _sums_close(self) -> None:
        """I3."""
        for send in Send.objects.select_related("audience"):
            assert tally(send).closes, f"the sums of {send.pk} do not close"

    def _ladder_only_climbs(self) -> None:
        """I18: what the provider took stays taken, and proof of delivery wins whenever it is told."""
        stands = dict(Message.objects.values_list("pk", "status"))
        for message, reached in self._reached.items():
            assert stands[message] >= reached, f"message {message} fell from {Status(reached).name}"
        taken = {message: stood for message, stood in stands.items() if Status.ACCEPTED <= stood < Status.EXCLUDED}
        self._reached |= taken
        for reference, told in self.shop.told.items():
            proof = Status.READ if "read" in told else Status.DELIVERED if "delivered" in told else None
            if reference and proof:
                stood = Attempt.objects.values_list("message__status", flat=True).get(pk=reference)
                assert proof <= stood <= Status.READ, (
                    f"{proof.name} was told of {reference}, which is {Status(stood).name}"
                )

    def _ends_stay(self) -> None:
        """I5 and I15: what has ended stays so, and each wish is told of once."""
        for request in ActionRequest.objects.all():
            if request.pk in self._ended:
                assert request.state == self._ended[request.pk], f"request {request.pk} ended twice"
            elif request.state not in (State.PENDING, State.APPROVED, State.EXECUTING):
                self._ended[request.pk] = request.state
        told = Entry.objects.filter(action="request.made").count()
        assert told == ActionRequest.objects.count(), "a wish stands in the record not once"

    def _budget_holds(self) -> None:
        """I12: however it is split, nobody's agents ask for more people a day than they may."""
        asked = ActionRequest.objects.filter(
            reserved_on__isnull=False, state__in=(State.PENDING, State.APPROVED, State.EXECUTING, State.SUCCEEDED)
        )
        for day in asked.order_by().values("reserved_on").annotate(people=Sum("people")):
            assert day["people"] <= PEOPLE_A_DAY, f"{day['people']} people were asked for on {day['reserved_on']}"
