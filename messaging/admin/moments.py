"""A moment that a page works out itself, which Django would show in UTC with its microseconds."""

from datetime import datetime

from django.utils import formats
from django.utils.timezone import localtime


def moment(at: datetime | None) -> str:
    """Where the reader is, to the minute; a dash for none."""
    return formats.date_format(localtime(at), "DATETIME_FORMAT") if at else "–"
