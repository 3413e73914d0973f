"""What processes may not write: secrets, people's numbers, and errors that nobody has arranged."""

from messaging.invariants.logs import Logs, against

CHAIN = """lane of Harbour Tea ends
Traceback (most recent call last):
  File "wire.py", line 3, in read
    raise AdminShutdown
psycopg.errors.AdminShutdown: terminating connection

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "lanes.py", line 7, in run
    take()
django.db.utils.OperationalError: terminating connection
"""
SLIP = """Traceback (most recent call last):
  File "lanes.py", line 9, in run
    people[0]
IndexError: list index out of range
"""
TOLD = {"the access token": "EAAf{5}", "a customer's number": r"8526\d{7}"}


def _said(logs: Logs) -> dict[str, tuple[str, ...]]:
    return {one.code: one.rows for one in against(logs) if one}


def test_quiet_logs_break_no_rule() -> None:
    assert _said(Logs({"web.log": "Starting\nGET /health 200\n"}, TOLD)) == {}


def test_a_secret_is_named_with_its_place_and_not_repeated() -> None:
    logs = Logs({"web.log": "Starting\ncalled with EAAfffff\n", "lanes.log": "to +85260000001\n"}, TOLD)
    rows = ("the access token in line 2 of web.log", "a customer's number in line 1 of lanes.log")
    assert _said(logs) == {"logs_tell_no_secret": rows}


def test_an_error_that_nobody_arranged_is_told_by_its_last_words() -> None:
    logs = Logs({"lanes.log": SLIP + CHAIN})
    rows = (
        "lanes.log: IndexError: list index out of range",
        "lanes.log: django.db.utils.OperationalError: terminating connection",
    )
    assert _said(logs) == {"logs_have_no_trouble": rows}


def test_an_arranged_error_explains_its_whole_chain_and_no_other() -> None:
    logs = Logs({"lanes.log": CHAIN + SLIP}, arranged=["AdminShutdown"])
    assert _said(logs) == {"logs_have_no_trouble": ("lanes.log: IndexError: list index out of range",)}
