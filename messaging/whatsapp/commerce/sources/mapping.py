"""Where in a product source's answer what stands: configuration that is checked before it is used."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

# Names and list places, joined by dots: product.variants.0.price
_Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}(\.[A-Za-z0-9_-]{1,60}){0,7}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class SourceBroken(Exception):
    """What the source said cannot be read; the text names the place, never what stood there."""


class Found(BaseModel):
    """A product as a source knows it. `stock` None: it is not counted there."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    price: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=3)]
    currency: Currency
    stock: Annotated[int | None, Field(ge=0, le=2_000_000_000)] = None
    active: bool = True


class Mapping(BaseModel):
    """`price_digits` says how many digits of a whole number lie behind the point: 2 where prices come in cents."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Place
    price: _Place
    price_digits: Annotated[int, Field(ge=0, le=3)] = 0
    currency: _Place | None = None
    fixed_currency: Currency | None = None
    stock: _Place | None = None
    active: _Place | None = None

    def read(self, body: bytes) -> Found:
        """The product in an answer. Raises `SourceBroken`."""
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise SourceBroken("not JSON") from None
        facts: dict[str, Any] = {
            "name": _at(told, self.name),
            "price": _price(_at(told, self.price), self.price_digits),
            "currency": _at(told, self.currency) if self.currency else self.fixed_currency,
        }
        if self.stock is not None:
            facts["stock"] = _at(told, self.stock)
        if self.active is not None:
            facts["active"] = _at(told, self.active)
        try:
            return Found.model_validate(facts)
        except ValidationError as wrong:
            raise SourceBroken(", ".join(str(one["loc"][0]) for one in wrong.errors())) from None


def _price(value: Any, digits: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SourceBroken("price")
    try:
        return Decimal(str(value)).scaleb(-digits)
    except InvalidOperation:
        raise SourceBroken("price") from None


def _at(told: Any, place: str) -> Any:
    for step in place.split("."):
        if isinstance(told, dict) and step in told:
            told = told[step]
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            raise SourceBroken(place)
    return told
