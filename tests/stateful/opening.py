"""What stands when a game begins, so that its rules meet messages from the first step on.

Four customers, of whom two are known by their user id too, and four broadcasts to all of them: one that is going out,
one that goes out under a ceiling which one message reaches, one that is due in ten minutes and one that waits for Mei.
"""

import base64
from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import uuid4

from approvals.models import ActionRequest, Preview, State
from tests.stateful.tea_shop import PHONES, USER_IDS, TeaShop
from tests.webhooks import text

ONE_MESSAGE = "0.10"  # a ceiling; a message costs 0.0732


def open_shop() -> TeaShop:
    """Harbour Tea at a minute past noon."""
    shop = TeaShop()
    import_people(shop, PHONES)
    for phone, user in list(zip(PHONES, USER_IDS, strict=True))[:2]:
        shop.tell(messages=[text(f"wamid.in.{user}", "Hello", shop.now, **{"from": phone[1:]}, from_user_id=user)])
    for minutes, ceiling in ((1, None), (1, ONE_MESSAGE), (11, None)):
        request = ask_for_broadcast(shop, minutes, ceiling)
        assert request is not None
        assert shop.approve(request)
        assert shop.carry_out(request).state == State.SUCCEEDED
    assert ask_for_broadcast(shop, 30, None) is not None
    shop.pass_time(timedelta(minutes=1))
    shop.beat()
    return shop


def import_people(shop: TeaShop, phones: Iterable[str], opted_out: Collection[str] = ()) -> None:
    """A file of people who agreed; some of its rows say that they opted out."""
    rows = [f"{phone},Mei,tea,Shop form,2026-01-05,{'yes' if phone in opted_out else ''}" for phone in phones]
    content = "\n".join(["phone,name,tags,consent source,consent date,opt out", *rows])
    shown = shop.use(
        "whatsapp.contact_import.preview", name="march.csv", content=base64.b64encode(content.encode()).decode(),
        is_base64=True,
    )  # fmt: skip
    assert shown is not None
    request = shop.write("whatsapp.contact.import", preview_id=str(shown.preview_id))
    if request and shop.approve(request) and shop.carry_out(request).state == State.SUCCEEDED:
        shop.note_stops(shop.people_at(*opted_out))


def preview_broadcast(shop: TeaShop, minutes: int, ceiling: str | None) -> Preview | None:
    """A broadcast to everybody, due in so many minutes."""
    due = shop.now + timedelta(minutes=minutes)
    ask = shop.tea.ask(due_at=due.isoformat(), cost_ceiling=ceiling, name=f"Tea {uuid4()}")
    shown = shop.use("whatsapp.broadcast.preview", **ask)
    return Preview.objects.get(pk=shown.preview_id) if shown else None


def ask_for_broadcast(shop: TeaShop, minutes: int, ceiling: str | None) -> ActionRequest | None:
    """A draft of it, and the wish to send it; None where either was refused."""
    shown = preview_broadcast(shop, minutes, ceiling)
    if shown is None or shop.write("whatsapp.broadcast.create", preview_id=str(shown.pk)) is None:
        return None
    return shop.write("whatsapp.broadcast.schedule", preview_id=str(shown.pk))
