"""Bugs around conversations: windows, whose conversation it is, what leaves by itself, payment links."""

from tests.faults.bug import Bug

_FREEZING, _LEAVING = (
    "tests/messaging/whatsapp/session/test_freezing.py",
    "tests/messaging/whatsapp/session/test_leaving.py",
)

BUGS = (
    Bug(
        "an answer may leave in the last second of its window",
        "messaging/gate.py",
        "<= %(now)s + interval '{WINDOW_MARGIN_SECONDS} s', true",
        "<= %(now)s, true",
        (f"{_LEAVING} -k 'asks_for_the_window_again or closes_between'",),
    ),
    Bug(
        "a preview stands in the last second of the window",
        "messaging/whatsapp/conversations/windows.py",
        "return until is not None and now + MARGIN < until",
        "return until is not None and now < until",
        (f"{_FREEZING} -k last_minute",),
    ),
    Bug(
        "the window is asked at the approval only",
        "messaging/engine/take.py",
        'CASE WHEN m.translation_id IS NULL AND {window_is_closed_sql("s.id")}',
        'CASE WHEN false AND {window_is_closed_sql("s.id")}',
        (f"{_LEAVING} -k asks_for_the_window_again", "cell:replies-window-closes-while-the-lane-is-frozen"),
    ),
    Bug(
        "the executor does not ask for the window",
        "messaging/whatsapp/session/guards.py",
        "if conversation is not None and not is_open(conversation, call.now):",
        "if False:",
        (f"{_FREEZING} -k 'closes_while_a_person'",),
    ),
    Bug(
        "an answer that was altered after its approval leaves",
        "messaging/whatsapp/session/guards.py",
        "if reply is not None and (reply.body, reply.conversation_id) != (contract.body, contract.conversation_id):",
        "if False:",
        (f"{_LEAVING} -k altered",),
    ),
    Bug(
        "a preview is sent as often as it is asked for",
        "messaging/whatsapp/session/guards.py",
        "        if sends.exists():\n",
        "        if False:\n",
        (f"{_FREEZING} -k 'sent_once or second_sends_nothing'",),
    ),
    Bug(
        "who said STOP is answered all the same",
        "messaging/gate.py",
        'WHEN {_is_suppressed(contact, channel, category, "<>")} THEN {Verdict.SUPPRESSED}',
        'WHEN NOT {_is_answer(channel, category)} AND {_is_suppressed(contact, channel, category, "<>")}'
        " THEN {Verdict.SUPPRESSED}",
        (f"{_FREEZING} {_LEAVING}",),
    ),
)
