"""What fills a template's variables: something known of each person, or the same text for everybody."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

# Meta refuses line breaks, tabs and runs of four spaces in a variable.
_UNSENDABLE = r"[\n\r\t]|    "


class Variable(BaseModel):
    """One variable of the template and where its value comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[
        str, Field(min_length=1, max_length=60, description="The variable's name, or its number as text: 1.")
    ]
    source: Annotated[
        Literal["name", "attribute", "crm_id", "text"],
        Field(
            description="name: the contact's name; attribute: one of its attributes; crm_id; text: the same for all."
        ),
    ]
    attribute: Annotated[str, Field(max_length=60, description="For attribute: which one.")] = ""
    text: Annotated[str, Field(max_length=1024, description="For text: the text itself.")] = ""
    fallback: Annotated[
        str,
        Field(max_length=200, description="Used where the contact has no value; without one the person is left out."),
    ] = ""

    @model_validator(mode="after")
    def _has_its_part(self) -> "Variable":
        if self.source == "attribute" and not self.attribute:
            raise ValueError(str(_("say which attribute fills this variable")))
        if self.source == "text" and not self.text.strip():
            raise ValueError(str(_("say which text fills this variable")))
        return self


def values_sql(variables: Sequence[Variable], alias: str, parameters: dict[str, Any]) -> str:
    """SQL for the jsonb of one person's values, missing ones as null; adds what it binds to `parameters`."""
    pairs = []
    for number, variable in enumerate(variables):
        parameters[f"variable_{number}"] = variable.name
        pairs.append(f"%(variable_{number})s::text, {_value_sql(variable, number, alias, parameters)}")
    return f"jsonb_build_object({', '.join(pairs)})"


def unsendable_sql(values: str) -> str:
    """SQL that is true where a value is missing, empty or something Meta refuses."""
    return (
        f"EXISTS (SELECT 1 FROM jsonb_each_text({values}) v"
        f" WHERE coalesce(v.value, '') = '' OR v.value ~ '{_UNSENDABLE}')"
    )


def _value_sql(variable: Variable, number: int, alias: str, parameters: dict[str, Any]) -> str:
    parameters[f"fallback_{number}"] = variable.fallback
    if variable.source == "text":
        parameters[f"text_{number}"] = variable.text
        own = f"%(text_{number})s::text"
    elif variable.source == "attribute":
        parameters[f"attribute_{number}"] = variable.attribute
        own = f"{alias}.attributes ->> %(attribute_{number})s::text"
    else:
        own = f"{alias}.{variable.source}"
    return f"coalesce(nullif(btrim({own}), ''), nullif(%(fallback_{number})s::text, ''))"
