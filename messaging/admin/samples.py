"""What people will read: real recipients of a frozen audience in each language, and the one with the longest values."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Protocol
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast, Length
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.numerals import number
from messaging.admin.bubbles import Bubble
from messaging.admin.terms import ReadText, Texts
from messaging.models import AudienceMember, TemplateTranslation, Verdict


class Draw(Protocol):
    """Draws a text with one person's values, or with samples where there are none."""

    def __call__(
        self, translation: TemplateTranslation, named: Mapping[str, str] | None, caption: str, note: str = "", /
    ) -> Bubble: ...


def samples_of(audience_id: UUID, texts: Texts, draw: Draw, *, in_clear: bool) -> Iterator[Bubble]:
    """The languages with the most readers first. Without `in_clear` the text's own samples stand for people's."""
    found = TemplateTranslation.objects.select_related("template").in_bulk([part.translation_id for part in texts])
    for part in sorted(texts, key=lambda one: -one.people):
        translation = found.get(part.translation_id)
        if translation is None:
            yield Bubble(part.language, problems=(_("This text is gone."),))
        elif part.people:
            yield from _in_language(audience_id, part, partial(draw, translation), in_clear=in_clear)


def _in_language(
    audience_id: UUID, part: ReadText, draw: Callable[[Mapping[str, str] | None, str, str], Bubble], *, in_clear: bool
) -> Iterator[Bubble]:
    readers = ngettext("%s person reads this", "%s people read this", part.people) % number(part.people)
    if not in_clear:
        yield draw(None, part.language, f"{readers} · {_('sample values')}")
        return
    members = AudienceMember.objects.filter(
        audience=audience_id, verdict=Verdict.INCLUDED, translation=part.translation_id
    )
    first = members.order_by("pk").first()
    longest = members.order_by(Length(Cast("values", TextField())).desc(), "pk").first()
    if first is not None:
        yield draw(first.values, part.language, readers)
    if longest is not None and first is not None and longest.values != first.values:
        yield draw(longest.values, part.language, _("the longest values"))
