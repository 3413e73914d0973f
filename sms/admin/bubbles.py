"""A text as the phone will show it: filled with one person's values, its links as long as they will be."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from messaging.admin.bubbles import Bubble, register_drawing
from messaging.models import Channel, Message, TemplateTranslation
from sms.campaigns.addresses import OptOutPart, samples_of
from sms.links.standing import LinkPart
from sms.text import UnsendableText, measure
from sms.text.filling import MissingValue, fill, fill_shared


@dataclass(frozen=True, slots=True)
class TextBubbles:
    """Draws texts whose link variables look like `samples`."""

    samples: Mapping[str, str]

    def __call__(
        self, translation: TemplateTranslation, named: Mapping[str, str] | None, caption: str, note: str = "", /
    ) -> Bubble:
        template = str(translation.definition.get("text", ""))
        try:
            text = fill_shared(template, self.samples) if named is None else fill(template, {**named, **self.samples})
            size = measure(text)
        except (MissingValue, UnsendableText) as no:
            return Bubble(caption, note, "sms", problems=(str(no),))
        parts = ngettext("%(parts)d part", "%(parts)d parts", size.parts) % {"parts": size.parts}
        told = ngettext(
            "%(encoding)s, %(units)d character, %(left)d left", "%(encoding)s, %(units)d characters, %(left)d left",
            size.units,
        ) % {"encoding": size.encoding, "units": size.units, "left": size.left}  # fmt: skip
        size_told = f"{parts} ({told})"
        note = f"{note} · {size_told}" if note else size_told
        return Bubble(caption, note, "sms", body=_with_links(text, self.samples.values()))


def drawn(message: Message, values: Mapping[str, str]) -> Bubble:
    """A message's text with one person's values. Links stand as their samples: a code is its person's alone."""
    assert message.translation is not None
    contract = message.send.preview.contract
    opt_out = contract.get("opt_out_link")
    samples = samples_of(
        [LinkPart.model_validate(part) for part in contract.get("links", [])],
        OptOutPart.model_validate(opt_out) if opt_out else None,
    )
    return TextBubbles(samples)(message.translation, values, message.translation.language)


def _with_links(text: str, addresses: Collection[str]) -> SafeString:
    """The text, its addresses set off as phones do. They lead nowhere here."""
    if not addresses:
        return format_html("{}", text)
    pieces = re.split(f"({'|'.join(map(re.escape, addresses))})", text)
    drawn = [format_html("<u>{}</u>" if place % 2 else "{}", piece) for place, piece in enumerate(pieces)]
    return SafeString("".join(drawn))


register_drawing(Channel.SMS, drawn)
