"""What a chat offers before anybody writes: a welcome, up to four ice breakers, up to thirty commands."""

import re
from typing import Annotated

from pydantic import Field, field_validator

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")


class Command(Asked):
    """A word after a slash, and what it does."""

    command_name: Annotated[str, Field(min_length=1, max_length=32)]
    command_description: Annotated[str, Field(min_length=1, max_length=256)]


class Components(Asked):
    """All of it: what is left out is switched off. The welcome is not offered everywhere."""

    enable_welcome_message: bool = False
    prompts: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(max_length=4)] = []
    commands: Annotated[list[Command], Field(max_length=30)] = []

    @field_validator("prompts")
    @classmethod
    def plain(cls, prompts: list[str]) -> list[str]:
        """Meta takes no emoji in them."""
        if any(_EMOJI.search(prompt) for prompt in prompts):
            raise ValueError("prompts take no emoji; leave them out")
        return prompts


class CommandNow(answers.Answer):
    command_name: answers.Text = ""
    command_description: answers.Text = ""


class ComponentsNow(answers.Answer):
    """What is on at Meta."""

    enable_welcome_message: answers.Flag = False
    prompts: answers.Many = Field(default_factory=list)
    commands: list[CommandNow] = Field(default_factory=list)


class _Number(answers.Answer):
    conversational_automation: ComponentsNow = Field(default_factory=ComponentsNow)


class Conversational(Caller):
    """`/{phone}/conversational_automation`."""

    def get_components(self, phone_number_id: str) -> ComponentsNow:
        """What a chat with the number offers now."""
        params = {"fields": "conversational_automation"}
        return self._graph.ask(_Number, "GET", node(phone_number_id), params=params).conversational_automation

    def set_components(self, phone_number_id: str, components: Components) -> None:
        """Replace what a chat offers."""
        path = f"{node(phone_number_id)}/conversational_automation"
        self._confirm("POST", path, body=components.model_dump(mode="json"))
