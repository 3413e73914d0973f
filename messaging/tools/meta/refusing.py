"""A no under the code that callers of a flat tool know it by."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from django.utils.functional import Promise

from approvals.reasons import Refused

_NONE: Mapping[str, str] = MappingProxyType({})


def renamed(
    no: Refused,
    codes: Mapping[str, str],
    *,
    fixes: Mapping[str, str | Promise] = _NONE,
    fields: Mapping[str, str] = _NONE,
) -> Refused:
    """The same reasons with the catalogue's code in place of ours; what it has no code for keeps ours.

    `codes` goes from our code to theirs, `fixes` from their code to what to do about it with the flat tools, `fields`
    from the argument of the tool that was gone through to the one that the caller knows.
    """
    return Refused(
        *(
            replace(
                reason,
                code=codes.get(reason.code, reason.code),
                fix=fixes.get(codes.get(reason.code, ""), reason.fix),
                field=fields.get(reason.field, reason.field),
            )
            for reason in no.reasons
        )
    )
