"""Tags are no evidence of consent, so none that sounds like it is put on anybody."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext_lazy as _

from approvals.reasons import Reason
from messaging.contacts.tag_words import sounds_like_consent


def reasons_against_tags(tags: Iterable[str], field: str) -> Iterator[Reason]:
    """One reason for each tag or label that would be read as a customer's yes or no."""
    for tag in tags:
        if sounds_like_consent(tag):
            yield Reason(
                "tag_implies_consent",
                _("The tag “%s” sounds as if the customer had agreed to something or refused it.") % tag,
                _("Record what they said, with its evidence, with whatsapp.consent.update; then no tag is needed."),
                field,
            )
