"""How an operator describes a gateway: what to send, what its answers mean, how to read its callbacks."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from sms.gateways.gateway import Configuration, Failure, Progress, Secrets
from sms.gateways.generic.finding import POINTER, Condition, Place
from sms.gateways.generic.places import SECRET, places_of, strings_of

Template = Annotated[str, Field(max_length=2000)]
Templates = Annotated[dict[Annotated[str, Field(min_length=1, max_length=100)], Template], Field(max_length=40)]
Status = Annotated[int, Field(ge=200, le=499)]
Success = Annotated[int, Field(ge=200, le=299)]
# A field of a callback: its name in a form or query, a JSON pointer in JSON; after a ? always a name in the query.
Where = Annotated[str, Field(max_length=200)]

# What must not go into a header: anybody's words.
OF_HEADERS = frozenset(("reference", "callback", "encoding", "parts", "to", "to_digits"))
SHORTEST_SECRET = 6  # characters; shorter ones could not be taken out of answers
OF_THE_CONNECTION = frozenset(("host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"))


class Acceptance(Configuration):
    """When a text was taken: one of these HTTP statuses, and all that is asked in `when`."""

    statuses: Annotated[tuple[Success, ...], Field(min_length=1)] = (200, 201, 202)
    when: Annotated[tuple[Condition, ...], Field(max_length=10)] = ()
    id: Annotated[Place | None, Field(description="Where the gateway's id is; without one, ours is used.")] = None


class Refusal(Configuration):
    """An answer by which the text was certainly not taken. A status of 500 or more never says so."""

    statuses: Annotated[tuple[Status, ...], Field(description="Any below 500 when empty.")] = ()
    when: Annotated[tuple[Condition, ...], Field(max_length=10)] = ()
    failure: Failure
    code: Annotated[Place | None, Field(description="Where the gateway's code is.")] = None
    wait: Annotated[float | None, Field(ge=0, le=86_400, description="Seconds before another try.")] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.statuses and not self.when:
            raise ValueError("Give statuses or when; otherwise every answer would be this refusal.")
        if self.failure in (Failure.NONE, Failure.UNCLEAR):
            raise ValueError("failure has to say what it means; leave unclear ones out, they are unsure by themselves.")
        return self


class Calls(Configuration):
    """How callbacks are written."""

    written_as: Literal["query", "form", "json"] = "form"
    items: Annotated[
        str | None, Field(pattern=POINTER, description="JSON pointer to a list, where one call has several.")
    ] = None

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        if self.items is not None and self.written_as != "json":
            raise ValueError("items is for calls written as json.")
        for name, where in self.fields():
            if self.written_as == "json" and where and not where.startswith(("/", "?")):
                raise ValueError(f"{name}: {where!r} is no JSON pointer; begin it with /, or with ? for the query.")
        return self

    def fields(self) -> list[tuple[str, str]]:
        """The settings that say where something is."""
        return []


class Receipts(Calls):
    """Where a receipt says what. `statuses` are the gateway's words, compared without regard to case."""

    id: Where = ""
    reference: Annotated[Where, Field(description="As ?ref when {callback}?ref={reference} was given.")] = ""
    status: Where
    error: Where = ""
    at: Where = ""
    price: Where = ""
    currency: Where = ""
    statuses: Annotated[dict[str, Progress], Field(min_length=1, max_length=100)]
    errors: Annotated[dict[str, Failure], Field(max_length=200)] = {}

    def fields(self) -> list[tuple[str, str]]:
        names = ("id", "reference", "status", "error", "at", "price", "currency")
        return [(name, getattr(self, name)) for name in names]

    @model_validator(mode="after")
    def _can_be_matched(self) -> Self:
        if not self.id and not self.reference:
            raise ValueError("Give id or reference; otherwise nobody knows what a receipt is about.")
        return self


class Replies(Calls):
    """Where a text from a phone says what."""

    id: Where = ""
    phone: Where
    sender: Where = ""
    text: Where
    at: Where = ""

    def fields(self) -> list[tuple[str, str]]:
        return [(name, getattr(self, name)) for name in ("id", "phone", "sender", "text", "at")]


class BalanceQuestion(Configuration):
    """How the account is asked what money is left there: a GET, whose places are {secret.NAME} alone."""

    url: Annotated[str, Field(pattern=r"^https?://[^/?#{}\s@]+(/[^?#{}\s]*)?$", max_length=500)]
    headers: Templates = {}
    query: Templates = {}
    amount: Annotated[Place, Field(description="Where the amount stands in the answer.")]
    currency: Annotated[
        Place | None, Field(description="Where its currency stands; without, it is the one of the prices here.")
    ] = None

    @model_validator(mode="after")
    def _knows_secrets_alone(self) -> Self:
        templates = [*self.headers.values(), *self.query.values()]
        if strange := {one for one in set().union(*map(places_of, templates)) if not one.startswith(SECRET)}:
            raise ValueError(f"A balance is nobody's text: take {', '.join(sorted(strange))} out.")
        if not all(one.isascii() and one.isprintable() for pair in self.headers.items() for one in pair):
            raise ValueError("A header holds printable ASCII alone.")
        return self


class GenericConfiguration(Configuration):
    """A gateway in words. Places: {to} {to_digits} {text} {sender} {reference} {callback} {encoding} {parts} and
    {secret.NAME}.
    """

    url: Annotated[str, Field(pattern=r"^https?://[^/?#{}\s@]+(/[^?#\s]*)?$", max_length=500)]
    method: Literal["GET", "POST", "PUT"] = "POST"
    headers: Templates = {}
    query: Templates = {}
    form: Annotated[Templates | None, Field(description="The body as a form.")] = None
    json_body: Annotated[dict[str, Any] | None, Field(description="The body as JSON.")] = None
    basic_user: Annotated[str, Field(max_length=100, description="User for Basic; its password is secret.basic.")] = ""
    gsm_name: Annotated[str, Field(max_length=20, description="What {encoding} says for GSM-7.")] = "text"
    ucs2_name: Annotated[str, Field(max_length=20, description="What {encoding} says for UCS-2.")] = "unicode"
    accepted: Acceptance
    refused: Annotated[tuple[Refusal, ...], Field(max_length=100)] = ()
    receipts: Receipts | None = None
    replies: Replies | None = None
    balance: BalanceQuestion | None = None
    callback_header: Annotated[
        str,
        Field(pattern=r"^[a-z0-9-]{0,60}$", description="Header in which callbacks carry secret.callback; or none."),
    ] = ""

    @field_validator("headers")
    @classmethod
    def _headers_are_ours(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, template in headers.items():
            if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
                raise ValueError(f"{name!r} is no name of a header; use letters, digits and hyphens.")
            if name.lower() in OF_THE_CONNECTION:
                raise ValueError(f"{name} is set by the connection itself; leave it out.")
            strange = {one for one in places_of(template) if not one.startswith(SECRET)} - OF_HEADERS
            known = ", ".join(sorted(OF_HEADERS))
            if strange or not template.isascii() or not template.isprintable():
                raise ValueError(f"{name}: a header holds ASCII, secret.NAME and {known}; take the rest out.")
        return headers

    @model_validator(mode="after")
    def _sends_a_text(self) -> Self:
        if self.form is not None and self.json_body is not None:
            raise ValueError("Give form or json_body, not both.")
        if self.method == "GET" and (self.form is not None or self.json_body is not None):
            raise ValueError("A GET has no body; use query.")
        templates = [self.url, *self.query.values(), *strings_of(self.form), *strings_of(self.json_body)]
        used = set().union(*map(places_of, templates))
        if "text" not in used or not used & {"to", "to_digits"}:
            raise ValueError("{text} and {to} (or {to_digits}) have to stand in query, form, json_body or url.")
        if not self.accepted.when and self.accepted.id is None:
            raise ValueError("accepted needs when or id: an HTTP status alone does not show that a text was taken.")
        return self


class GenericSecrets(Secrets):
    """`values` fill {secret.NAME}; `basic` and `callback` are used as the configuration says."""

    values: Annotated[dict[str, SecretStr], Field(max_length=20, description="Name to secret.")] = {}

    @field_validator("values")
    @classmethod
    def _can_be_named(cls, values: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if not all(name.isidentifier() for name in values):
            raise ValueError("The names of secrets are letters, digits and underscores.")
        if not all(len(one.get_secret_value()) >= SHORTEST_SECRET for one in values.values()):
            raise ValueError(f"A secret has less than {SHORTEST_SECRET} characters; take a longer one.")
        return values

    def secret(self, name: str) -> str:
        """The value of this name, empty without one."""
        found = self.values.get(name)
        return found.get_secret_value() if found else ""
