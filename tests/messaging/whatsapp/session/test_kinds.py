"""Every kind of free-form message: what it becomes, that Meta takes it, and that we refuse what Meta would refuse."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from messaging.carriers import Outgoing
from messaging.whatsapp.carrier import payload_for
from messaging.whatsapp.session.message import body_of
from messaging.whatsapp.session.parts import attachments_in
from simulators.graph.errors import GraphError
from simulators.graph.freeform import KINDS, check_freeform
from tests.messaging.whatsapp.session.every_kind import EVERY_KIND, read
from tests.messaging.whatsapp.session.plain_kinds import FOUND, HERS, PHOTO

BUTTON = {"id": "x", "title": "X"}
EMOJI = "🍵"  # one character, which a phone counts as two


def at_meta(body: dict[str, Any]) -> str:
    """What the pretend Graph API says of the body: nothing, or why it refuses."""
    try:
        check_freeform(body["type"], body[body["type"]])
    except GraphError as no:
        return str(no.code)
    return ""


def changed(of: str, path: str, value: Any) -> dict[str, Any]:
    """A message of that kind with another value at a path like `buttons.0.title`."""
    written = deepcopy(EVERY_KIND[of][0])
    place: Any = written
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    place[int(last) if last.isdigit() else last] = value
    return written


@pytest.mark.parametrize("name", EVERY_KIND)
def test_a_kind_becomes_the_body_that_meta_takes(name: str) -> None:
    written, body = EVERY_KIND[name]
    made = body_of(read(written), FOUND)
    assert made == body
    assert at_meta(made) == ""
    outgoing = Outgoing(uuid4(), "106", "+85260000001", "phone", made)
    assert payload_for(outgoing)["type"] == body["type"]


def test_no_kind_of_metas_is_left_out() -> None:
    assert {body["type"] for _, body in EVERY_KIND.values()} == set(KINDS)
    assert {body["interactive"]["type"] for _, body in EVERY_KIND.values() if "interactive" in body} == {
        "button", "list", "cta_url", "flow", "location_request_message", "contact_request", "product", "product_list",
        "catalog_message", "carousel",
    }  # fmt: skip


def test_a_message_is_quoted_by_its_context() -> None:
    assert body_of(read({"kind": "text", "text": "Yes"}), FOUND, "wamid.HERS") == {
        "type": "text",
        "text": {"body": "Yes", "preview_url": False},
        "context": {"message_id": "wamid.HERS"},
    }


@pytest.mark.parametrize(
    ("of", "path", "most"),
    [
        ("text", "text", 4096),
        ("image", "caption", 1024),
        ("video", "caption", 1024),
        ("document", "caption", 1024),
        ("document", "filename", 240),
        ("buttons", "text", 1024),
        ("buttons", "footer", 60),
        ("buttons", "buttons.0.title", 20),
        ("buttons", "buttons.0.id", 256),
        ("list", "header.text", 60),
        ("list", "text", 4096),
        ("list", "footer", 60),
        ("list", "button", 20),
        ("list", "sections.0.title", 24),
        ("list", "sections.0.rows.0.title", 24),
        ("list", "sections.0.rows.0.description", 72),
        ("list", "sections.0.rows.0.id", 200),
        ("link", "text", 1024),
        ("link", "label", 20),
        ("location request", "text", 1024),
        ("contact request", "text", 1024),
        ("flow", "text", 1024),
        ("flow", "label", 30),
        ("product", "text", 1024),
        ("product", "footer", 60),
        ("product list", "header.text", 60),
        ("product list", "text", 1024),
        ("product list", "sections.0.title", 24),
        ("catalogue", "text", 1024),
        ("carousel", "text", 1024),
        ("carousel", "cards.0.text", 160),
        ("carousel", "cards.0.label", 20),
    ],
)
def test_a_text_may_be_as_long_as_meta_says_and_no_longer(of: str, path: str, most: int) -> None:
    full = body_of(read(changed(of, path, "x" * most)), FOUND)
    assert at_meta(full) == ""
    with pytest.raises(ValidationError, match=r"at most \d+"):
        read(changed(of, path, "x" * (most + 1)))
    assert at_meta(_longer(full, "x" * most)) != ""


def _longer(body: Any, text: str) -> Any:
    """The same body with one more letter where this text stands."""
    if isinstance(body, dict):
        return {key: _longer(value, text) for key, value in body.items()}
    if isinstance(body, list):
        return [_longer(value, text) for value in body]
    return f"{text}x" if body == text else body


@pytest.mark.parametrize(("of", "path", "most"), [("text", "text", 4096), ("buttons", "buttons.0.title", 20)])
def test_an_emoji_counts_as_a_phone_counts_it(of: str, path: str, most: int) -> None:
    assert read(changed(of, path, EMOJI * (most // 2)))
    with pytest.raises(ValidationError, match=f"this has {most + 2}"):
        read(changed(of, path, EMOJI * (most // 2 + 1)))


def _rows(count: int) -> list[dict[str, str]]:
    return [{"id": f"r{at}", "title": f"Row {at}"} for at in range(count)]


def _cards(count: int) -> list[dict[str, Any]]:
    (card, _) = EVERY_KIND["carousel"][0]["cards"]
    return [card] * count


@pytest.mark.parametrize(
    ("of", "path", "value"),
    [
        ("buttons", "buttons", [{"id": f"b{at}", "title": f"B{at}"} for at in range(3)]),
        ("list", "sections", [{"rows": _rows(10)}]),
        ("product list", "sections", [{"title": "All", "products": [f"sku{at}" for at in range(30)]}]),
        ("carousel", "cards", _cards(10)),
        ("contacts", "contacts", [{"formatted_name": f"Ann {at}"} for at in range(257)]),
        ("location", "latitude", -90),
        ("reaction", "emoji", "❤️"),
        ("reaction", "emoji", "🇭🇰"),
    ],
)
def test_as_many_as_meta_allows(of: str, path: str, value: Any) -> None:
    assert at_meta(body_of(read(changed(of, path, value)), FOUND)) == ""


@pytest.mark.parametrize(
    ("of", "path", "value", "why"),
    [
        ("text", "text", "  ", "at least 1"),
        ("text", "bodi", "hi", "not permitted"),
        ("buttons", "buttons", [], "at least 1"),
        ("buttons", "buttons", [{"id": f"b{at}", "title": f"B{at}"} for at in range(4)], "at most 3"),
        ("buttons", "buttons", [BUTTON, {"id": "y", "title": "x"}], "titles of buttons are alike"),
        ("buttons", "buttons", [BUTTON, {"id": "x", "title": "Y"}], "ids of buttons are alike"),
        ("buttons", "header", {"kind": "audio", "asset_id": PHOTO}, "does not match"),
        ("list", "header", {"kind": "image", "asset_id": PHOTO}, "should be 'text'"),
        ("list", "sections", [{"rows": _rows(6)}, {"rows": _rows(4)}], "alike"),
        ("list", "sections", [{"title": "A", "rows": _rows(10)}, {"title": "B", "rows": _rows(1)}], "10 rows in all"),
        ("list", "sections", [{"title": "A", "rows": _rows(1)}, {"rows": [{"id": "z", "title": "Z"}]}], "a title when"),
        ("list", "sections", [], "at least 1"),
        ("link", "url", "http://harbour-tea.test/", "should match pattern"),
        ("link", "url", "javascript:alert(1)", "should match pattern"),
        ("link", "url", "https://harbour-tea.test@evil.test/", "should match pattern"),
        ("link", "url", "https://harbour-tea.test/" + "x" * 2000, "at most 2000"),
        ("location", "latitude", 90.1, "less than or equal to 90"),
        ("location", "longitude", -180.1, "greater than or equal to -180"),
        ("contacts", "contacts", [{"formatted_name": "Ann"}] * 258, "at most 257"),
        ("contacts", "contacts.0.formatted_name", "", "at least 1"),
        ("reaction", "emoji", "yes", "one emoji"),
        ("flow", "flow_name", "returns", "not both"),
        ("flow", "screen", "", "name it"),
        ("product list", "sections", [{"title": "A", "products": [f"a{at}" for at in range(30)]},
                                      {"title": "B", "products": ["b"]}], "30 products in all"),
        ("product list", "header", None, "should be a valid dictionary"),
        ("product", "catalog_id", "../42", "should match pattern"),
        ("carousel", "cards", _cards(1), "at least 2"),
        ("carousel", "cards", _cards(11), "at most 10"),
        ("carousel", "cards.0.text", "a\nb\nc\nd", "2 line breaks"),
        ("carousel", "cards.0.header.kind", "video", "all show films"),
        ("image", "asset_id", "https://evil.test/a.jpg", "should be a valid UUID"),
        ("image", "link", "https://evil.test/a.jpg", "not permitted"),
        ("audio", "caption", "no", "not permitted"),
    ],
)  # fmt: skip
def test_what_meta_would_refuse_is_refused_here(of: str, path: str, value: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        read(changed(of, path, value))


def test_every_file_of_a_message_is_found_wherever_it_stands() -> None:
    files = {name: [kind for _, kind in attachments_in(read(written))] for name, (written, _) in EVERY_KIND.items()}
    assert {name: kinds for name, kinds in files.items() if kinds} == {
        "image": ["image"],
        "video": ["video"],
        "audio": ["audio"],
        "voice": ["audio"],
        "document": ["document"],
        "sticker": ["sticker"],
        "buttons": ["image"],
        "buttons under a document": ["document"],
        "carousel": ["image", "image"],
    }
    assert HERS not in str(files)
