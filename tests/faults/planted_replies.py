"""Bugs around conversations: windows, whose conversation it is, what leaves by itself, payment links."""

from tests.faults.bug import Bug

_FREEZING, _LEAVING = (
    "tests/messaging/whatsapp/session/test_freezing.py",
    "tests/messaging/whatsapp/session/test_leaving.py",
)
_SEEN = "tests/messaging/whatsapp/conversations/test_who_sees_what.py"
_PAYMENTS = "tests/messaging/whatsapp/commerce/test_payments.py"

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
    Bug(
        "a conversation is found by whoever knows its id",
        "messaging/whatsapp/conversations/visible.py",
        'conversation = visible_to(call.actor).select_related("queue", "contact")',
        'conversation = Conversation.objects.select_related("queue", "contact")',
        (
            f"{_SEEN} -k foreign_unknown",
            "tests/messaging/whatsapp/session/test_session_messages.py -k 'another_tenants or restricted_queue'",
        ),
    ),
    Bug(
        "a restricted queue is shown to everybody",
        "messaging/whatsapp/conversations/visible.py",
        "everybodys = Q(team=None, is_restricted=False)",
        "everybodys = Q(organisation=actor.organisation)",
        (f"{_SEEN} -k 'everybodys_queues or foreign_unknown'",),
    ),
    Bug(
        "what the team notes goes out with the answer",
        "messaging/whatsapp/session/sending.py",
        "        body=contract.body,\n",
        '        body=contract.body | {"note": [one.text for one in conversation.notes.all()]},\n',
        ("tests/messaging/whatsapp/session/test_notes_stay_inside.py",),
    ),
    Bug(
        "two workers take the same automatic turn",
        "messaging/whatsapp/automation/running.py",
        "outcome=Outcome.WAITING)\n        turns = list(",
        ")\n        turns = list(",
        ("tests/messaging/whatsapp/automation/test_running.py -k 'two_workers or answered_once'",),
    ),
    Bug(
        "a payment that is told twice pays twice",
        "messaging/whatsapp/commerce/settling.py",
        "    if link.paid_at is not None:\n        return Outcome.NOTED\n",
        "",
        (f"{_PAYMENTS} -k 'two_events or counts_once'",),
    ),
    Bug(
        "whatever was paid is enough",
        "messaging/whatsapp/commerce/settling.py",
        "    if (news.amount, news.currency) != (link.amount, link.currency):\n        return Outcome.DIFFERS\n",
        "",
        (f"{_PAYMENTS} -k amount_that_differs",),
    ),
    Bug(
        "a payment is believed without its signature",
        "messaging/whatsapp/commerce/callbacks.py",
        "    if not adapter.is_signed(account, request.body, headers, now):\n",
        "    if False:\n",
        (f"{_PAYMENTS} -k forged",),
    ),
    Bug(
        "a link that is over is sent once more",
        "messaging/whatsapp/commerce/message.py",
        "    if link.state != PaymentLink.State.OPEN or not link.url:\n",
        "    if False:\n",
        ("tests/messaging/whatsapp/commerce/test_links.py -k over_does_not_leave",),
    ),
    Bug(
        "a tag says that somebody has agreed",
        "messaging/contacts/consent_tags.py",
        "        if sounds_like_consent(tag):\n",
        "        if False:\n",
        ("tests/messaging/whatsapp/conversations/test_tools_tagging.py -k sounds_like_consent",),
    ),
    Bug(
        "an agent calls a complaint settled",
        "messaging/whatsapp/conversations/closing.py",
        "    elif confirmed_by != conversation.owner_id:\n",
        "    elif False:\n",
        ("tests/messaging/whatsapp/conversations/test_seeing_to_it.py -k closed_by_its_owner",),
    ),
    Bug(
        "an answer asked for after reading customers leaves at once",
        "approvals/policies.py",
        "return floor.predicate(contract) or (tainted and floor.when_tainted)",
        "return floor.predicate(contract)",
        ("tests/messaging/whatsapp/session/test_session_messages.py -k tainted_agent",),
    ),
)
