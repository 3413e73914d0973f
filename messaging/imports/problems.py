"""What can be wrong with a row, in words for the person who made the file."""

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import phones


class Problem(NamedTuple):
    """One thing wrong with a row, in the column of that heading ("" for the whole row)."""

    code: str
    column: str

    @property
    def text(self) -> str:
        return str(PROBLEMS[self.code][0])

    @property
    def fix(self) -> str:
        return str(PROBLEMS[self.code][1])

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "column": self.column, "text": self.text, "fix": self.fix}


PROBLEMS: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    **phones.PROBLEMS,
    "phone_not_personal": (
        _("The number is a paid service or a machine, not a person's line."),
        _("Give the person's own number."),
    ),
    "row_quotes": (_("The quotes on this line do not match."), _('Close every quote; write a quote itself as "".')),
    "row_nul": (_("The line holds NUL characters."), _("Export the file again; it was damaged on the way.")),
    "row_letters": (_("Some letters of the line cannot be read."), _("Save the file as CSV UTF-8.")),
    "row_too_many_cells": (
        _("The line has more cells than there are headings, so its values may have slipped."),
        _("Put cells that hold a comma in quotes."),
    ),
    "row_too_few_cells": (_("The line has fewer cells than there are headings."), _("Fill or mark the empty cells.")),
    "cell_too_long": (_("A cell is longer than 32 KB."), _("Shorten it.")),
    "consent_source_missing": (
        _("It is not said where the person agreed."),
        _("Name the source: web form, shop, contract."),
    ),
    "consent_source_untraceable": (
        _("The consent source cannot be traced."),
        _("Name the form, shop or contract where the person agreed, not only that they did."),
    ),
    "consent_at_missing": (_("It is not said when the person agreed."), _("Give the day: 2026-01-31.")),
    "consent_at_unclear": (_("The consent date cannot be read for certain."), _("Write it as 2026-01-31.")),
    "consent_at_future": (_("The consent date lies in the future."), _("Correct the date.")),
    "consent_category_unknown": (
        _("There is no such consent category."),
        _("Use marketing, utility, authentication or service."),
    ),
    "opt_out_unclear": (_("The opt-out column is neither yes nor no; it counts as yes."), _("Write yes or no.")),
    "language_unknown": (_("The language is not known and is left out."), _("Write en, zh_Hant or zh_Hans.")),
    "name_too_long": (_("The name is cut to 200 characters."), _("Shorten it.")),
    "crm_id_too_long": (_("The CRM id is longer than 120 characters and is left out."), _("Shorten it.")),
    "source_too_long": (_("The consent source is cut to 120 characters."), _("Shorten it.")),
    "tags_too_many": (_("Only the first 50 tags are kept."), _("Use fewer tags.")),
    "tag_too_long": (_("Tags longer than 60 characters are left out."), _("Shorten them.")),
    "attribute_too_long": (_("An attribute is cut to 1,000 characters."), _("Shorten it.")),
}
"""Code -> (what is wrong, how to mend it)."""

INVALID: Final = frozenset(
    {*phones.PROBLEMS, "phone_not_personal", "row_quotes", "row_nul", "row_letters", "cell_too_long"}
    | {"row_too_many_cells", "row_too_few_cells"}
)
"""Nothing can be done with such a row."""

NO_CONSENT: Final = frozenset(
    {"consent_source_missing", "consent_source_untraceable", "consent_category_unknown"}
    | {"consent_at_missing", "consent_at_unclear", "consent_at_future"}
)
"""Nobody is imported on such a row, but an opt-out on it still counts."""
