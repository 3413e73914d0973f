"""The lines of an SMPP account: tried, dropped, bound anew, refused, closed."""

import asyncio

from messaging.carriers import Retry
from simulators.smsc.hosting import SmscSimulator
from tests.sms.gateways.smpp.tea_binds import Memory, at, binding, run, until


def test_a_centre_that_does_not_answer_is_left_and_bound_anew(centre: SmscSimulator, begin: int) -> None:
    centre.misbehave(silent_share=1)

    async def story() -> None:
        async with binding(at(centre, answer_seconds=0.2)) as bound:
            assert (await bound.refused()).retry is Retry.UNSURE
            await until(lambda: bound.is_bound)

    run(story)
    assert len(centre.submits(begin)) == 1
    assert len(list(centre.journal("bind", begin))) == 2


def test_a_silent_line_is_tried_and_dropped_when_nobody_answers(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre, enquire_seconds=0.1, answer_seconds=0.2)) as bound:
            await until(lambda: centre.health()["counts"].get("enquire_link", 0) >= 2)
            assert bound.is_bound
            centre.misbehave(mute=True)
            await until(lambda: not bound.is_bound)
            centre.misbehave(mute=False)

    run(story)


def test_without_a_line_a_text_was_not_attempted(centre: SmscSimulator) -> None:
    centre.misbehave(bind_refused_with=0x05)

    async def story() -> None:
        async with binding(at(centre), wait=False) as bound:
            failed = await bound.refused()
            assert (failed.code, failed.retry) == ("not_bound", Retry.NOT_ATTEMPTED)
            centre.misbehave(bind_refused_with=0)
            await until(lambda: bound.is_bound)

    run(story)


def test_a_wrong_password_is_not_tried_again_and_holds_the_texts(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre, password="wrong"), wait=False) as bound:
            await until(lambda: "0x0000000E" in next(iter(bound.binds.state().values()))["refused"])
            failed = await bound.refused()
            assert (failed.retry, failed.scope) == (Retry.HOLD, "account")
            await asyncio.sleep(0.3)

    run(story)
    assert len(list(centre.journal("bind", begin))) == 1


def test_a_maintenance_ends_in_a_new_bind(centre: SmscSimulator) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            centre.unbind()
            await until(lambda: not bound.is_bound)
            failed = await bound.refused()
            assert failed.retry is Retry.NOT_ATTEMPTED
            centre.drop()
            await until(lambda: bound.is_bound)
            await bound.send()

    run(story)


def test_the_end_answers_what_is_under_way_and_unbinds(centre: SmscSimulator, begin: int) -> None:
    centre.misbehave(latency_seconds=0.2)

    async def story() -> None:
        async with binding(at(centre)) as bound:
            text = asyncio.create_task(bound.send())
            await until(lambda: len(centre.submits(begin)) == 1)
            await bound.binds.end()
            assert len(await text) == 1

    run(story)
    ((unbind),) = centre.journal("unbind", begin)
    assert unbind["unanswered"] == 0


def test_a_changed_account_is_bound_anew_and_a_closed_one_is_let_go(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        first, second = at(centre), at(centre, window=3)
        async with binding(first) as bound:
            memory: Memory = bound.memory
            memory.open = {second.id: second}
            await bound.binds.refresh()
            await until(lambda: bound.is_bound)
            memory.open = {}
            await bound.binds.refresh()
            assert bound.binds.state() == {}
            assert (await bound.refused()).code == "no_bind"

    run(story)
    assert len(list(centre.journal("bind", begin))) == 2
    assert len(list(centre.journal("unbind", begin))) == 2
