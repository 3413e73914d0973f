"""explain_error."""

from typing import Annotated

from pydantic import Field

from approvals.contracts import Answer, Ask
from approvals.registry import Call, Kind, tool
from messaging.whatsapp.explaining import Category, explained


class ErrorAsk(Ask):
    code: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_]{1,40}$",
            coerce_numbers_to_str=True,
            description="The Cloud API's error code, for example 131047, or the word that stands in its place here.",
        ),
    ]


class ExplainedError(Answer):
    """An error in words, beside a message that failed or by itself."""

    code: Annotated[int | str, Field(description="The code that was asked for; a number where it is Meta's.")]
    category: Annotated[Category, Field(description="What kind of trouble it is; unknown for a code in no table.")]
    can_retry: Annotated[
        bool, Field(description="Whether the same message may go again with nothing mended, because it was not taken.")
    ]
    human_explanation: Annotated[str, Field(description="What it means, for people.")]
    suggested_action: Annotated[str, Field(description="What to do about it.")]


@tool(
    "explain_error",
    kind=Kind.READ,
    scope="meta:read",
    safety="Says of a code that it is unknown rather than guess; an unknown one is never a reason to send again.",
)
def explain_error(call: Call, ask: ErrorAsk) -> ExplainedError:
    """Explain an error code of the Cloud API: its kind, what it means, what to do, whether to send again."""
    return in_words(ask.code)


def in_words(code: str) -> ExplainedError:
    """The same for a code that a message failed with."""
    found = explained(code)
    return ExplainedError(
        code=found.code,
        category=found.category,
        can_retry=found.can_retry,
        human_explanation=str(found.meaning),
        suggested_action=str(found.do),
    )
