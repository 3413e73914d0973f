"""Finding a row by an id from outside: only among the organisation's own."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from approvals.reasons import Reason, Refused

Row = TypeVar("Row", bound=Model)


def find_own(model: type[Row], key: UUID, organisation: Organisation, field: str, where: str, **alike: object) -> Row:
    """A row of the organisation. One of another tenant is as unknown as one that never was, or is not `alike`."""
    row = model._default_manager.filter(pk=key, organisation=organisation, **alike).first()
    if row is None:
        name = model._meta.verbose_name
        raise Refused(Reason(f"{model._meta.model_name}_not_found", _("There is no such %s.") % name,
                             _("Use an id of %s.") % where, field))  # fmt: skip
    return row
