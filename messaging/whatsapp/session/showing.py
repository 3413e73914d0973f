"""A free-form message as the phone will show it, line by line from the top, read from the body that is handed over."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

Wire = Mapping[str, Any]


def lines_of(body: Wire) -> list[str]:
    """What the customer sees: files and places in square brackets, what can be tapped in round ones."""
    kind = str(body["type"])
    content = body[kind]
    if kind == "contacts":
        return [f"[{_('contact card')}: {card['name']['formatted_name']}]" for card in content]
    return list(_interactive(content) if kind == "interactive" else _plain(kind, content))


def _plain(kind: str, content: Wire) -> Iterator[str]:
    if kind == "text":
        yield str(content["body"])
    elif kind == "reaction":
        yield str(content["emoji"]) or f"[{_('reaction taken back')}]"
    elif kind == "location":
        where = f"{content['latitude']}, {content['longitude']}"
        yield f"[{' · '.join(filter(None, (_('place'), where, content.get('name'), content.get('address'))))}]"
    else:
        yield _file(kind, content)
        if content.get("caption"):
            yield str(content["caption"])


def _interactive(content: Wire) -> Iterator[str]:
    header = content.get("header")
    if header:
        yield str(header["text"]) if header["type"] == "text" else _file(header["type"], header[header["type"]])
    for part in ("body", "footer"):
        if part in content:
            yield str(content[part]["text"])
    yield from _tappable(content["type"], content["action"])


def _tappable(kind: str, action: Wire) -> Iterator[str]:
    """Buttons, rows of a list, products and cards, in their order."""
    if kind == "list":
        yield f"({action['button']})"
    for button in action.get("buttons", ()):
        yield f"({button['reply']['title']})"
    for section in action.get("sections", ()):
        if section.get("title"):
            yield f"— {section['title']} —"
        for row in section.get("rows", ()):
            yield f"({row['title']})" + (f" {row['description']}" if row.get("description") else "")
        for product in section.get("product_items", ()):
            yield _product(product["product_retailer_id"])
    for card in action.get("cards", ()):
        yield from _interactive(card)
    yield from _single(kind, action)


def _single(kind: str, action: Wire) -> Iterator[str]:
    """What has one button or one product."""
    given = action.get("parameters", {})
    if kind == "cta_url":
        yield f"({given['display_text']}) → {given['url']}"
    elif kind == "flow":
        yield f"({given['flow_cta']})"
    elif kind == "product":
        yield _product(action["product_retailer_id"])
    elif kind in _ASKED:
        yield f"({_ASKED[kind]()})"


_ASKED = {
    "location_request_message": lambda: _("Send location"),
    "contact_request": lambda: _("Share contact info"),
    "catalog_message": lambda: _("View catalogue"),
}


def _file(kind: str, content: Wire) -> str:
    name = f": {content['filename']}" if content.get("filename") else ""
    words = {"image": _("picture"), "video": _("film"), "audio": _("sound"), "document": _("document")}
    return f"[{words.get(kind, _('sticker'))}{name}]"


def _product(sku: str) -> str:
    return f"[{_('product')} {sku}]"
