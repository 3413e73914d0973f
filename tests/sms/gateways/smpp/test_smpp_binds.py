"""Binds over real sockets: nothing is handed over twice, nothing is acknowledged that is not durable."""

import asyncio
from uuid import UUID

from messaging.carriers import Retry
from simulators.smsc.hosting import SmscSimulator
from sms.gateways.smpp.adapter import Smpp
from sms.gateways.smpp.kept import call_of
from tests.sms.gateways.accounts import ATTEMPT
from tests.sms.gateways.smpp.tea_binds import at, binding, run, until

LONG = "a" * 307  # three parts


def test_a_text_is_taken_and_its_id_is_written_down_before_anybody_is_told(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            ids = await bound.send("Tea is in.", reference=ATTEMPT)
            assert bound.memory.ids == {ATTEMPT: (ids, 1)}
            await until(lambda: len(bound.memory.kept) == 1)
            ((kind, unit),) = bound.memory.kept
            assert kind == "receipt"
            (receipt,) = Smpp().read(bound.account, call_of("k", [unit], is_receipt=True))
            assert receipt.provider_id == ids[0]  # type: ignore[union-attr]

    run(story)
    (submit,) = centre.submits(begin)
    assert (submit["octets"], submit["esm_class"], submit["data_coding"]) == (b"Tea is in.".hex(), 0, 0)
    assert (submit["registered_delivery"], submit["validity"]) == (1, "")


def test_the_window_is_never_exceeded(centre: SmscSimulator, begin: int) -> None:
    centre.misbehave(latency_seconds=0.02, window=4)

    async def story() -> None:
        async with binding(at(centre, window=4)) as bound:
            await asyncio.gather(*(bound.send(to=f"+8529000{place:04d}") for place in range(40)))

    run(story)
    counts = centre.health()["counts"]
    assert (counts["accepted"], counts["most_unanswered"]) == (40, 4)
    assert "over_window" not in counts


def test_parts_a_second_are_kept_to(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre, parts_per_second=20)) as bound:
            await asyncio.gather(*(bound.send() for _each in range(5)))

    run(story)
    times = [submit["at"] for submit in centre.submits(begin)]
    assert times[-1] - times[0] > 0.18


def test_a_throttled_text_was_not_attempted_and_waits(centre: SmscSimulator) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            for share, code in (("throttled_share", "0x00000058"), ("queue_full_share", "0x00000014")):
                centre.misbehave(throttled_share=0, queue_full_share=0)
                centre.misbehave(**{share: 1})
                failed = await bound.refused()
                assert (failed.code, failed.retry, failed.retry_after) == (code, Retry.NOT_ATTEMPTED, 1.0)
            assert bound.memory.ids == {}

    run(story)


def test_a_refused_number_and_a_status_that_is_in_no_table(centre: SmscSimulator) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            for status, retry in ((0x0B, Retry.PERMANENT), (0x0A, Retry.HOLD), (0x421, Retry.UNSURE)):
                centre.misbehave(refuses={status: 1})
                assert (await bound.refused()).retry is retry

    run(story)


def test_a_link_that_drops_before_the_answer_leaves_the_text_unsure_and_it_is_not_sent_again(
    centre: SmscSimulator, begin: int
) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            for share in ("drop_before_share", "drop_after_share"):
                centre.misbehave(drop_before_share=0, drop_after_share=0)
                centre.misbehave(**{share: 1})
                failed = await bound.refused()
                assert (failed.code, failed.retry) == ("link_lost", Retry.UNSURE)
                await until(lambda: bound.is_bound)

    run(story)
    assert [submit["decision"] for submit in centre.submits(begin)] == ["not taken", "accepted"]


def test_all_parts_go_out_in_order_and_their_ids_are_kept_together(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            ids = await bound.send(LONG, reference=ATTEMPT)
            assert bound.memory.ids == {ATTEMPT: (ids, 3)}
            assert len(set(ids)) == 3

    run(story)
    heads = [submit["octets"][:12] for submit in centre.submits(begin)]
    assert [head[:6] + head[8:] for head in heads] == ["0500030301", "0500030302", "0500030303"]
    assert len({head[6:8] for head in heads}) == 1


def test_a_later_part_that_is_throttled_is_tried_on(centre: SmscSimulator, begin: int) -> None:
    centre.misbehave(throttles_part={2: 1})

    async def story() -> None:
        async with binding(at(centre)) as bound:
            assert len(await bound.send(LONG)) == 3

    run(story)
    assert [submit["status"] for submit in centre.submits(begin)] == [0, 0x58, 0, 0]


def test_a_later_part_that_is_refused_leaves_the_text_unsure_with_the_ids_of_what_was_taken(
    centre: SmscSimulator, begin: int
) -> None:
    centre.misbehave(refuses_part={2: 0x45})

    async def story() -> None:
        async with binding(at(centre)) as bound:
            failed = await bound.refused(LONG)
            assert (failed.code, failed.retry) == ("partly_taken", Retry.UNSURE)
            ((keys, parts),) = bound.memory.ids.values()
            assert (len(keys), parts) == (1, 3)

    run(story)
    assert len(centre.submits(begin)) == 2


def test_a_receipt_that_overtakes_the_answer_waits_for_the_id(centre: SmscSimulator) -> None:
    centre.misbehave(early_share=1, latency_seconds=0.1)

    async def story() -> None:
        async with binding(at(centre)) as bound:
            bound.memory.slow = 0.1
            order: list[str] = []
            keep, keep_ids = bound.memory.keep, bound.memory.keep_ids

            async def noting_keep(gateway_id: UUID, unit: bytes, *, is_receipt: bool) -> bool:
                order.append("receipt")
                return await keep(gateway_id, unit, is_receipt=is_receipt)

            async def noting_ids(gateway_id: UUID, reference: UUID, keys: list[str], parts: int) -> None:
                await keep_ids(gateway_id, reference, keys, parts)
                order.append("ids")

            bound.memory.keep, bound.memory.keep_ids = noting_keep, noting_ids  # type: ignore[method-assign]
            await bound.send()
            await until(lambda: len(order) == 2)
            assert order == ["ids", "receipt"]

    run(story)


def test_what_could_not_be_stored_is_delivered_again(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            bound.memory.is_away = True
            centre.inbound("85261234567", "85268001234", "STOP")
            await until(lambda: any(line["status"] == 0x64 for line in centre.journal("deliver", begin)))
            bound.memory.is_away = False
            await until(lambda: len(bound.memory.kept) == 1)
            failed_ids = bound.memory.ids
            assert failed_ids == {}

    run(story)
    statuses = [line["status"] for line in centre.journal("deliver", begin)]
    assert statuses[0] == 0x64
    assert statuses[-1] == 0


def test_a_text_whose_ids_cannot_be_kept_is_unsure(centre: SmscSimulator) -> None:
    async def story() -> None:
        async with binding(at(centre)) as bound:
            bound.memory.is_away = True
            failed = await bound.refused()
            assert (failed.code, failed.retry) == ("ids_not_kept", Retry.UNSURE)

    run(story)
