"""The variables of a template under one flat name each, which is how an audience keeps a person's values.

Body variables keep their own name or number ("1", "first_name"); the header's one thing is "header" (its text; an
asset, media id or https link; or "latitude,longitude,name"); the ending or code of a button is "button_<place from 0>".
"""

from collections.abc import Mapping

from messaging.whatsapp.templates.definition import CopyCodeButton, Definition, MediaHeader, TextHeader, UrlButton
from messaging.whatsapp.templates.values import LocationValue, MediaValue, Values
from messaging.whatsapp.templates.variables import names_in

HEADER = "header"


def names_needed(definition: Definition) -> tuple[str, ...]:
    """Every name that needs a value before a message can be built, each once, in the order in which it is read."""
    header = definition.header
    open_header = header is not None and (not isinstance(header, TextHeader) or bool(names_in(header.text)))
    buttons = [f"button_{index}" for index in _open_buttons(definition)]
    return tuple(dict.fromkeys([*([HEADER] if open_header else []), *names_in(definition.body.text), *buttons]))


def values_of(definition: Definition, named: Mapping[str, str]) -> Values:
    """The same values in the shape that `build` and `render` take. What is missing stays missing: they refuse it."""
    header = definition.header
    said = named.get(HEADER, "")
    return Values(
        body={name: named[name] for name in names_in(definition.body.text) if name in named},
        header_text=said if isinstance(header, TextHeader) and names_in(header.text) else "",
        header_media=_media(said) if isinstance(header, MediaHeader) and said else None,
        header_location=_location(said) if header is not None and header.kind == "location" and said else None,
        buttons={index: named[f"button_{index}"] for index in _open_buttons(definition) if f"button_{index}" in named},
    )


def _open_buttons(definition: Definition) -> list[int]:
    return [
        index
        for index, button in enumerate(definition.buttons)
        if isinstance(button, CopyCodeButton) or (isinstance(button, UrlButton) and names_in(button.url))
    ]


def _media(said: str) -> MediaValue:
    return MediaValue(link=said) if said.startswith("https://") else MediaValue(id=said)


def _location(said: str) -> LocationValue:
    latitude, longitude, *name = said.split(",", 2)
    return LocationValue(latitude=float(latitude), longitude=float(longitude), name=name[0].strip() if name else "")
