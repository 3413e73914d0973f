"""The block list of a number: people who can neither write to it nor be written to."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.addresses import BSUID, PHONE
from messaging.whatsapp.cloud.caller import Caller
from messaging.whatsapp.graph import node

PARTIAL = 139100  # some could not be; the answer says which


class BlockedUser(answers.Answer):
    """Somebody on the list, by whichever identity Meta tells. `input` is what was asked for."""

    input: answers.Text = ""
    wa_id: answers.Text = ""
    user_id: answers.Text = ""


class FailedUser(answers.Answer):
    """Somebody who could not be put on the list, with Meta's reasons."""

    input: answers.Text = ""
    errors: list[dict[str, Any]] = Field(default_factory=list)


class Outcome(answers.Answer):
    """What became of each: `failed_users` are as they were."""

    added_users: list[BlockedUser] = Field(default_factory=list)
    removed_users: list[BlockedUser] = Field(default_factory=list)
    failed_users: list[FailedUser] = Field(default_factory=list)


class _Answer(answers.Answer):
    block_users: Outcome = Field(default_factory=Outcome)


class _Row(BlockedUser):
    """Meta's example packs a page's people into one row; a plain row is read as well."""

    block_users: list[BlockedUser] = Field(default_factory=list)


class Blocks(Caller):
    """`/{phone}/block_users`, at most 64,000 people a number."""

    def block_users(self, phone_number_id: str, people: Sequence[str]) -> Outcome:
        """Block people who wrote in the last 24 hours: phone numbers with +, or business-scoped user ids."""
        return self._change("POST", phone_number_id, people)

    def unblock_users(self, phone_number_id: str, people: Sequence[str]) -> Outcome:
        """Take people off the list."""
        return self._change("DELETE", phone_number_id, people)

    def list_blocked_users(self, phone_number_id: str) -> Iterator[BlockedUser]:
        """Everybody on the list."""
        for row in self._pages(answers.Page[_Row], f"{node(phone_number_id)}/block_users", {"limit": "100"}):
            yield from row.block_users
            if row.wa_id or row.user_id:
                yield row

    def _change(self, method: str, phone_number_id: str, people: Sequence[str]) -> Outcome:
        body = {"messaging_product": "whatsapp", "block_users": [_named(person) for person in people]}
        if not people:
            raise ValueError("Nobody was named; give at least one phone number or user id.")
        path = f"{node(phone_number_id)}/block_users"
        return self._graph.ask(_Answer, method, path, body=body, partly=(PARTIAL,)).block_users


def _named(person: str) -> dict[str, str]:
    """One entry. A parent id is refused by Meta; the address is not repeated in the error."""
    if PHONE.fullmatch(person):
        return {"user": person}
    if BSUID.fullmatch(person) and ".ENT." not in person:
        return {"user_id": person}
    raise ValueError("People are blocked by phone number with + and country code, or by their own user id.")
