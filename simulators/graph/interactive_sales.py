"""Interactive messages that sell: products, catalogues, carousels."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simulators.graph.interactive import BodyText, Footer, MovingHeader, TextHeader, UrlAction
from simulators.graph.wire_models import Line, Part


class ProductAction(Part):
    catalog_id: Line
    product_retailer_id: Line


class Product(Part):
    type: Literal["product"]
    body: BodyText | None = None
    footer: Footer | None = None
    action: ProductAction


class ProductItem(Part):
    product_retailer_id: Line


class ProductSection(Part):
    title: Annotated[str, Field(min_length=1, max_length=24)]
    product_items: Annotated[list[ProductItem], Field(min_length=1, max_length=30)]


class ProductListAction(Part):
    catalog_id: Line
    sections: Annotated[list[ProductSection], Field(min_length=1, max_length=10)]


class ProductList(Part):
    type: Literal["product_list"]
    header: TextHeader
    body: BodyText
    footer: Footer | None = None
    action: ProductListAction

    @model_validator(mode="after")
    def thirty_products(self) -> Self:
        if sum(len(section.product_items) for section in self.action.sections) > 30:
            raise ValueError("at most 30 products in all")
        return self


class Thumbnail(Part):
    thumbnail_product_retailer_id: Line


class CatalogueAction(Part):
    name: Literal["catalog_message"]
    parameters: Thumbnail | None = None


class Catalogue(Part):
    type: Literal["catalog_message"]
    body: BodyText
    footer: Footer | None = None
    action: CatalogueAction


class CardBody(Part):
    text: Annotated[str, Field(min_length=1, max_length=160, pattern=r"^[^\n]*(\n[^\n]*){0,2}$")]


class UrlCard(Part):
    card_index: Annotated[int, Field(ge=0, le=9)]
    type: Literal["cta_url"]
    header: MovingHeader
    body: CardBody | None = None
    action: UrlAction


class ProductCard(Part):
    card_index: Annotated[int, Field(ge=0, le=9)]
    type: Literal["product"]
    action: ProductAction


class CarouselAction(Part):
    cards: Annotated[
        list[Annotated[UrlCard | ProductCard, Field(discriminator="type")]], Field(min_length=2, max_length=10)
    ]

    @model_validator(mode="after")
    def alike(self) -> Self:
        kinds = {(card.type, card.header.type if isinstance(card, UrlCard) else "") for card in self.cards}
        if len(kinds) > 1:
            raise ValueError("all cards must be of one type with one kind of header")
        if [card.card_index for card in self.cards] != list(range(len(self.cards))):
            raise ValueError("card_index must count from 0")
        return self


class Carousel(Part):
    type: Literal["carousel"]
    body: BodyText
    action: CarouselAction
