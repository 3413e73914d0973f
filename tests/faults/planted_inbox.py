"""Bugs at the door of webhooks: forged, told twice, and opt-outs that are not heard."""

from tests.faults.bug import Bug

_INBOUND, _STATUSES = "tests/messaging/inbox/test_inbound.py", "tests/messaging/inbox/test_statuses.py"

BUGS = (
    Bug(
        "a late proof writes to a send that it has not locked",
        "messaging/inbox/statuses.py",
        "        if unlocked:\n            transaction.set_rollback(True)\n        else:\n            charge(owed)\n",
        "        charge(owed)\n        unlocked = set()\n",
        ("tests/messaging/inbox/test_locks.py -k late_proof",),
    ),
    Bug(
        "a webhook told twice is heard twice",
        "messaging/inbox/inbound.py",
        "        return\n    if item.kind == NOTICE:\n",
        "    if item.kind == NOTICE:\n",
        (_INBOUND,),
    ),
    Bug(
        "STOP by user id alone is nobody's",
        "messaging/inbox/inbound.py",
        '"wa_id": phone.removeprefix("+"), "bsuid": user_id, ',
        '"wa_id": phone.removeprefix("+"), ',
        (_INBOUND,),
    ),
    Bug(
        "what was taken back before it was told is kept",
        "messaging/whatsapp/conversations/taking_back.py",
        "    message, is_new = InboundMessage.objects.get_or_create(\n",
        "    if not InboundMessage.objects.filter(sender=sender, provider_id=target).exists():\n        return\n"
        "    message, is_new = InboundMessage.objects.get_or_create(\n",
        ("tests/messaging/inbox/test_taking_back.py -k never_kept",),
    ),
    Bug(
        "whoever changed their number is written to at the old one",
        "messaging/inbox/people.py",
        '"phone": item.phone if has_left_phone else ""',
        '"phone": ""',
        ("tests/messaging/inbox/test_new_addresses.py -k number",),
    ),
    Bug(
        "what stands on a template outlives it",
        "messaging/inbox/templates.py",
        "    end_what_stands_on(translation, now)\n",
        "",
        ("tests/messaging/inbox/test_standing_on.py -k paused",),
    ),
    Bug(
        "a utility broadcast goes on into the days when it is charged as marketing",
        "messaging/guards.py",
        "            elif _will_be_marketing(translation, contract):\n",
        "            elif False:\n",
        ("tests/messaging/inbox/test_standing_on.py -k category_changes",),
    ),
    Bug(
        "a START told weeks late brings people back",
        "messaging/consent/optouts.py",
        "    if now - said_at > START_COUNTS_FOR:\n        return 0\n",
        "",
        ("tests/messaging/test_consent.py -k start", f"{_INBOUND} -k start"),
    ),
    Bug(
        "an older START lifts a newer STOP",
        "messaging/consent/optouts.py",
        "contact=contact, at__lt=said_at, reason__in",
        "contact=contact, reason__in",
        ("tests/messaging/test_consent.py -k start", f"{_INBOUND} -k start"),
    ),
    Bug(
        "a stop reaches one of two contacts that may be the same person",
        "messaging/consent/optouts.py",
        "for contact in lock_contacts(same_people(contacts))]",
        "for contact in lock_contacts(contacts)]",
        ("tests/messaging/test_consent.py -k same_person",),
    ),
    Bug(
        "one poisoned status takes its siblings with it",
        "messaging/inbox/apply.py",
        "        except Exception as error:  # noqa: BLE001 - the worker's end: this item fails alone\n"
        "            _note(one, error, failed)\n\n\ndef _apply_one",
        "        except ValueError as error:\n            _note(one, error, failed)\n\n\ndef _apply_one",
        (f"{_STATUSES} -k siblings",),
    ),
    Bug(
        "a body speaks for accounts that did not sign it",
        "messaging/inbox/senders.py",
        "return sender if any(account in voices for account in event.signed_for) else None",
        "return sender",
        (_STATUSES, "tests/messaging/inbox/test_management.py"),
    ),
    Bug(
        "the signature is taken over JSON written anew",
        "messaging/whatsapp/webhooks/signature.py",
        "hmac.new(secret.encode(), raw, hashlib.sha256)",
        "hmac.new(secret.encode(), __import__('json').dumps(__import__('json').loads(raw)).encode(), hashlib.sha256)",
        ("tests/messaging/whatsapp/test_webhook_signature.py",),
    ),
    Bug(
        "signatures are compared as words",
        "messaging/whatsapp/webhooks/signature.py",
        "(account, hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), wanted))",
        "(account, hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest() == wanted)",
        ("tests/faults/test_secrets_are_compared_in_constant_time.py",),
    ),
    Bug(
        "keys are compared as words",
        "accounts/credentials.py",
        "not secrets.compare_digest(agent.key_hash, _digest(key))",
        "agent.key_hash != _digest(key)",
        ("tests/faults/test_secrets_are_compared_in_constant_time.py",),
    ),
    Bug(
        "a webhook is answered before it is stored",
        "messaging/inbox/shim.py",
        'if not self._commit.keep(Arriving("whatsapp", raw, tuple(sorted(accounts)))):',
        'if self._commit.keep(Arriving("whatsapp", raw, tuple(sorted(accounts)))) is None:',
        ("tests/messaging/inbox/test_shim.py",),
    ),
    Bug(
        "STOP reaches only who is known by exactly this number",
        "messaging/inbox/inbound.py",
        'known = {"phone": phone, "wa_id": phone.removeprefix("+"), "bsuid"',
        'known = {"phone": phone, "bsuid"',
        (_INBOUND,),
    ),
)
