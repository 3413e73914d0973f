"""What people will read: real recipients of a frozen audience in each language, and the one with the longest values."""

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast, Length
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.numerals import number
from messaging.admin.bubbles import Bubble, bubble_of
from messaging.broadcasts.contract import BroadcastContract, TranslationPart
from messaging.models import AudienceMember, TemplateTranslation, Verdict


def samples_of(contract: BroadcastContract, *, in_clear: bool) -> Iterator[Bubble]:
    """The languages with the most readers first. Without `in_clear` the template's own samples stand for people's."""
    found = TemplateTranslation.objects.select_related("template").in_bulk(
        [part.translation_id for part in contract.translations]
    )
    for part in sorted(contract.translations, key=lambda one: -one.people):
        translation = found.get(part.translation_id)
        if translation is None:
            yield Bubble(part.language, problems=(_("This text is gone."),))
        elif part.people:
            yield from _in_language(contract, part, translation, in_clear=in_clear)


def _in_language(
    contract: BroadcastContract, part: TranslationPart, translation: TemplateTranslation, *, in_clear: bool
) -> Iterator[Bubble]:
    readers = ngettext("%s person reads this", "%s people read this", part.people) % number(part.people)
    if not in_clear:
        yield bubble_of(translation, None, part.language, f"{readers} · {_('sample values')}")
        return
    members = AudienceMember.objects.filter(
        audience=contract.audience_id, verdict=Verdict.INCLUDED, translation=part.translation_id
    )
    first = members.order_by("pk").first()
    longest = members.order_by(Length(Cast("values", TextField())).desc(), "pk").first()
    if first is not None:
        yield bubble_of(translation, first.values, part.language, readers)
    if longest is not None and first is not None and longest.values != first.values:
        yield bubble_of(translation, longest.values, part.language, _("the longest values"))
