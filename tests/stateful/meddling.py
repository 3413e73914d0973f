"""What somebody alters past every face, as whoever has the database might: nothing may come of it.

Each is tried in a savepoint that is rolled back: the rows it leaves are no longer anybody's promise.
"""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.models import Person
from accounts.roles import Role
from approvals.models import ActionRequest, State
from messaging.models import AudienceMember, Message, Send, SendState, Status
from tests.stateful.game import Game, pick, which

ELSEWHERE = "+85290000000"


class Meddling(Game):
    """Rows that no longer say what Mei approved."""

    @rule(field=st.sampled_from([{"address": ELSEWHERE}, {"values": {"1": "winner"}}, {"price": 0}]))
    def a_message_is_altered(self, field: dict[str, object]) -> None:
        with self.in_vain():
            waiting = Message.objects.filter(status=Status.QUEUED)
            altered = set(waiting.values_list("pk", flat=True))
            waiting.update(**field)
            gone = altered & {one.message_id for one in self.shop.take(8)}
            assert not gone, "a message goes out that is not what was approved"

    @rule(field=st.sampled_from([{"address": ELSEWHERE}, {"values": {"1": "winner"}}, {"price": 0}]))
    def an_audience_is_altered(self, field: dict[str, object]) -> None:
        with self.in_vain():
            for send in Send.objects.filter(state=SendState.SCHEDULED):
                AudienceMember.objects.filter(audience=send.audience_id).update(**field)
                self._nothing_is_made_of(send)

    @precondition(lambda self: self.shop.requests(State.PENDING, State.APPROVED))
    @rule(number=which)
    def a_send_is_pushed_past_its_request(self, number: int) -> None:
        """Approved, and carried out by nobody."""
        with self.in_vain():
            request = self._approved(number)
            for send in Send.objects.filter(preview=request.preview_id, state=SendState.DRAFT):
                Send.objects.filter(pk=send.pk).update(request=request, state=SendState.SCHEDULED)
                self._nothing_is_made_of(send)

    def _approved(self, number: int) -> ActionRequest:
        """A request that Mei has approved, or approves now if she may."""
        request = pick(self.shop.requests(State.PENDING, State.APPROVED), number)
        if request.state == State.PENDING:
            self.shop.approve(request)
        return request

    def _nothing_is_made_of(self, send: Send) -> None:
        """Although its time has come."""
        self.shop.now = max(self.shop.now, send.due_at)
        self.shop.release()
        assert not Message.objects.filter(send=send).exists(), "messages are made of what nobody countersigned"

    @precondition(lambda self: self.shop.requests(State.PENDING, State.APPROVED))
    @rule(number=which, what=st.sampled_from(["altered", "too late", "by somebody who may no longer"]))
    def an_approval_does_not_stand(self, number: int, what: str) -> None:
        with self.in_vain():
            request = self._approved(number)
            if what == "altered":
                ActionRequest.objects.filter(pk=request.pk).update(people=request.people + 1)
            elif what == "too late":
                self.shop.now = request.expires_at
            else:
                Person.objects.filter(pk=self.shop.mei.pk).update(role=Role.VIEWER)
            assert self.shop.carry_out(request).state != State.SUCCEEDED, f"carried out although it was approved {what}"
