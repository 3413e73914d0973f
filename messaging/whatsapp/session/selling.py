"""Messages that show products of a catalogue at Meta, and cards side by side.

Source: Meta, "Interactive messages" (reference of the Cloud API, section 2.3).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from messaging.whatsapp.session.interactive import Interactive, framed
from messaging.whatsapp.session.parts import (
    CatalogueId,
    Footer,
    Found,
    Label,
    Part,
    PictureHeader,
    Sku,
    Text1024,
    TextHeader,
    Title,
    Url,
    Wire,
    header_of,
    upto,
)


class Product(Interactive):
    """One product."""

    kind: Literal["product"]
    text: Annotated[str, Field(max_length=1024, description="Up to 1,024 characters; empty for none"), upto(1024)] = ""
    footer: Footer = ""
    catalog_id: CatalogueId
    product_retailer_id: Sku

    def content(self, found: Found) -> Wire:
        action = {"catalog_id": self.catalog_id, "product_retailer_id": self.product_retailer_id}
        return framed("product", action, found=found, text=self.text, footer=self.footer)


class Shelf(Part):
    title: Title = Field(description="Up to 24 characters")
    products: Annotated[list[Sku], Field(min_length=1, max_length=30, description="Up to 30")]


class ProductList(Interactive):
    """Up to 30 products in sections."""

    kind: Literal["product_list"]
    header: TextHeader = Field(description="The title above the text")
    text: Text1024 = Field(description="Up to 1,024 characters")
    footer: Footer = ""
    catalog_id: CatalogueId
    sections: Annotated[list[Shelf], Field(min_length=1, max_length=10, description="Up to 30 products in all")]

    @model_validator(mode="after")
    def _thirty_products(self) -> Self:
        products = sum(len(section.products) for section in self.sections)
        if products > 30:
            raise ValueError(f"at most 30 products in all; these are {products}")
        return self

    def content(self, found: Found) -> Wire:
        sections = [
            {"title": shelf.title, "product_items": [{"product_retailer_id": sku} for sku in shelf.products]}
            for shelf in self.sections
        ]
        action = {"catalog_id": self.catalog_id, "sections": sections}
        return framed("product_list", action, found=found, text=self.text, header=self.header, footer=self.footer)


class Catalogue(Interactive):
    """The whole catalogue, with the picture of one product."""

    kind: Literal["catalogue"]
    text: Text1024 = Field(description="Up to 1,024 characters")
    footer: Footer = ""
    thumbnail: Annotated[str, Field(max_length=100, description="The product whose picture is shown; empty: any")] = ""

    def content(self, found: Found) -> Wire:
        action: Wire = {"name": "catalog_message"}
        if self.thumbnail:
            action["parameters"] = {"thumbnail_product_retailer_id": self.thumbnail}
        return framed("catalog_message", action, found=found, text=self.text, footer=self.footer)


class Slide(Part):
    """A card with a picture or film, words, and a button that opens a page."""

    header: PictureHeader = Field(description="The picture or film of the card")
    text: Annotated[
        str, Field(max_length=160, description="Up to 160 characters, 2 line breaks; empty for none"), upto(160)
    ] = ""
    label: Label = Field(description="The button, up to 20 characters")
    url: Url

    @model_validator(mode="after")
    def _two_line_breaks(self) -> Self:
        if self.text.count("\n") > 2:
            raise ValueError("a card's text has at most 2 line breaks")
        return self


class Carousel(Interactive):
    """Two to ten cards side by side, all with pictures or all with films."""

    kind: Literal["carousel"]
    text: Text1024 = Field(description="Up to 1,024 characters")
    cards: Annotated[list[Slide], Field(min_length=2, max_length=10, description="2 to 10")]

    @model_validator(mode="after")
    def _alike(self) -> Self:
        if len({card.header.kind for card in self.cards}) > 1:
            raise ValueError("all cards show pictures, or all show films")
        return self

    def content(self, found: Found) -> Wire:
        cards = [_card(place, card, found) for place, card in enumerate(self.cards)]
        return framed("carousel", {"cards": cards}, found=found, text=self.text)


def _card(place: int, card: Slide, found: Found) -> Wire:
    body = {"body": {"text": card.text}} if card.text else {}
    action = {"name": "cta_url", "parameters": {"display_text": card.label, "url": card.url}}
    return {"card_index": place, "type": "cta_url", "header": header_of(card.header, found), **body, "action": action}
