"""One person's data on the way in: read and staged as a file of one line."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Organisation
from messaging.imports.reading import open_file
from messaging.imports.rows import Customs
from messaging.imports.staging import stage
from messaging.models import ImportBatch, ImportRow


def stage_one(
    organisation: Organisation, cells: Mapping[str, str], *, name: str, channel: str, made_by: str, now: datetime
) -> tuple[ImportBatch, ImportRow]:
    """The line of these cells (column -> what it says) with its verdict and problems. Nothing else is written."""
    text = io.StringIO()
    lines = csv.writer(text, quoting=csv.QUOTE_ALL)
    # A file's empty lines are skipped; this one counts though all that it says is that something is taken away.
    lines.writerows((("entry", *cells.keys()), ("1", *cells.values())))
    customs = Customs(organisation.default_country, ZoneInfo(organisation.timezone), now)
    file = open_file(io.BytesIO(text.getvalue().encode()), customs)
    batch = stage(organisation, file, name=name, channel=channel, made_by=made_by, now=now)
    return batch, ImportRow.objects.get(batch=batch)
