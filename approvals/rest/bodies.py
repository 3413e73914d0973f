"""Reading a body: UTF-8 JSON, one object, every name once, no NaN, no more than the largest import."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

# An import travels inside the arguments; the largest one may have this many bytes.
MAX_BODY = 20 * 1024 * 1024


class TooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"


class LengthMissing(APIException):
    status_code = 411
    default_code = "length_missing"


class StrictJSON(BaseParser):
    """JSON that means one thing. Whatever Python's parser would let pass or trip over is a clear no here."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise TooLarge(_("The body has more than %d bytes.") % MAX_BODY)
        try:
            value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_each_name_once, parse_constant=_no_constant)
        except RecursionError:
            raise ParseError(_("The body is nested too deeply.")) from None
        except ValueError as error:  # not JSON, not UTF-8, a number of thousands of digits
            raise ParseError(_("The body is not JSON: %s") % error) from None
        if not isinstance(value, dict):
            raise ParseError(_("The body must be a JSON object: the tool's arguments by name."))
        return value


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of the same body must not see two different wishes."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:80]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
