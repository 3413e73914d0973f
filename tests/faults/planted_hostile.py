"""Bugs in reading what comes from outside: files, signatures, and webhooks that were made to break their reader."""

from tests.faults.bug import Bug

_FILES, _FORGERY = "tests/hostile/test_bad_files.py", "tests/hostile/test_webhook_forgery.py"
_POISON, _GATEWAYS = "tests/hostile/test_webhook_poison.py", "tests/hostile/test_gateway_poison.py"

BUGS = (
    Bug(
        "a line with NUL is imported",
        "messaging/imports/records.py",
        '    if "\\x00" in text:\n        return "row_nul"\n',
        "",
        (f"{_FILES} -k nul_in_a_row",),
    ),
    Bug(
        "a cell may be of any length",
        "messaging/imports/records.py",
        "    if any(len(cell) > longest_cell for cell in cells):\n",
        "    if False:\n",
        (f"{_FILES} -k name_of_forty_thousand",),
    ),
    Bug(
        "letters that could not be read are imported",
        "messaging/imports/records.py",
        'return "row_letters" if "\\ufffd" in text else ""',
        'return ""',
        (f"{_FILES} -k broken_utf_8",),
    ),
    Bug(
        "a row may have more cells than the headings",
        "messaging/imports/rows.py",
        "if any(cells[width:]) or len(cells) < width:",
        "if len(cells) < width:",
        (f"{_FILES} -k too_few_and_too_many",),
    ),
    Bug(
        "Hong Kong's files are read as the mainland's",
        "messaging/imports/surveying.py",
        "    if _low_second_bytes(sample) < _LOW_SECOND_BYTES_OF_BIG5:\n",
        "    if True:\n",
        (f"{_FILES} -k big5",),
    ),
    Bug(
        "a file may have any number of columns",
        "messaging/imports/columns.py",
        "    if len(headings) > most:\n",
        "    if False:\n",
        (f"{_FILES} -k 200_columns",),
    ),
    Bug(
        "two columns may say the same of a person",
        "messaging/imports/columns.py",
        "        if key in place:\n",
        "        if False:\n",
        (f"{_FILES} -k heading_twice",),
    ),
    Bug(
        "a workbook is read as text",
        "messaging/imports/surveying.py",
        "    if sample.startswith(_OTHER_KINDS):\n",
        "    if False:\n",
        (f"{_FILES} -k 'zip or xlsx or pdf'",),
    ),
    Bug(
        "a signature may stand anywhere in its header",
        "messaging/whatsapp/webhooks/signature.py",
        "given = _SIGNATURE.fullmatch(header)",
        "given = _SIGNATURE.search(header)",
        (_FORGERY,),
    ),
    Bug(
        "an empty secret signs",
        "messaging/whatsapp/webhooks/signature.py",
        "        for secret in known\n        if secret\n",
        "        for secret in known\n",
        (f"{_FORGERY} -k without_a_secret",),
    ),
    Bug(
        "an event that breaks its reader holds up all behind it",
        "messaging/inbox/apply.py",
        "    except Exception as error:  # noqa: BLE001 - the worker's end: this event fails alone\n"
        "        _note(Told(event, 0, None), error, failed)\n        return []\n",
        "",
        (f"{_POISON} -k breaks_its_reader",),
    ),
    Bug(
        "half a letter is kept as it came",
        "messaging/whatsapp/webhooks/reading.py",
        "    if not value.isascii():\n",
        "    if False:\n",
        (f"{_POISON} -k costs_at_most",),
    ),
    Bug(
        "NUL is kept as it came",
        "messaging/whatsapp/webhooks/reading.py",
        '    return value.replace("\\x00", "\\ufffd")\n',
        "    return value\n",
        (f"{_POISON} -k costs_at_most", f"{_GATEWAYS} -k costs_at_most"),
    ),
    Bug(
        "one value that a strict parser refuses costs the whole call of a gateway",
        "sms/gateways/told.py",
        "        return _cleaned(decode(raw))\n",
        "        return _cleaned(decode(raw[:0]))\n",  # which is Malformed, as what cannot be read is
        (f"{_GATEWAYS} -k costs_at_most",),
    ),
    Bug(
        "a gateway tells times that no calendar holds",
        "sms/gateways/moments.py",
        "    if read.year not in _YEARS:\n        return None\n",
        "",
        (f"{_GATEWAYS} -k no_calendar",),
    ),
)
