"""The pretend message centre: what it takes, how it reports, and how it misbehaves."""

import asyncio
from pathlib import Path

import pytest

from simulators.process import SimulatorFailed
from simulators.smsc import wire
from simulators.smsc.hosting import SmscSimulator
from tests.simulators.smsc.phone_shop import connected, run, text_to, until

ANN = "85261234567"


def test_a_bind_needs_the_name_and_the_password(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with connected(centre) as (_account, answer):
            assert (answer.status, answer.body) == (0, b"smsc\0")
        async with connected(centre, password="wrong") as (_account, answer):
            assert answer.status == 0x0E

    run(story)
    assert [line["status"] for line in centre.journal("bind", begin)] == [0, 0x0E]


def test_a_text_is_taken_and_its_receipt_comes_in_the_usual_form(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with connected(centre) as (account, _bound):
            answer = await account.ask(wire.SUBMIT_SM, text_to(ANN))
            message_id = answer.body.rstrip(b"\0").decode()
            await until(lambda: bool(account.delivered))
            body = account.delivered[0].body
            assert body.startswith(b"\0\1\1" + ANN.encode() + b"\0\5\0#HARBOUR\0\4")
            assert f"id:{message_id} sub:001 dlvrd:001 submit date:".encode() in body
            assert b" stat:DELIVRD err:000 text:" in body

    run(story)
    (submit,) = centre.submits(begin)
    assert (submit["destination"], submit["octets"]) == ({"ton": 1, "npi": 1, "value": ANN}, b"Tea".hex())
    assert (submit["decision"], submit["registered_delivery"]) == ("accepted", 1)


@pytest.mark.parametrize(
    ("dialect", "command", "there", "missing"),
    [
        ("sparse", wire.DELIVER_SM, b"stat:DELIVRD", b"done date"),
        ("capital", wire.DELIVER_SM, b" Text:", b" text:"),
        ("short_error", wire.DELIVER_SM, b" err:0 ", b"err:000"),
        ("tlv_only", wire.DELIVER_SM, b"\x04\x27\0\1\2", b"stat:"),
        ("both", wire.DELIVER_SM, b"\x04\x27\0\1\2", b"nothing"),
        ("data_sm", wire.DATA_SM, b"\x04\x27\0\1\2", b"nothing"),
    ],
)
def test_receipts_come_in_every_dialect(
    centre: SmscSimulator, dialect: str, command: int, there: bytes, missing: bytes
) -> None:
    centre.misbehave(dialect=dialect)

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            await account.ask(wire.SUBMIT_SM, text_to(ANN))
            await until(lambda: bool(account.delivered))
            unit = account.delivered[0]
            assert unit.command == command
            assert there in unit.body
            assert missing not in unit.body

    run(story)


def test_ids_are_written_in_two_bases(centre: SmscSimulator) -> None:
    centre.misbehave(response_ids="hexadecimal", receipt_ids="decimal")

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            answer = await account.ask(wire.SUBMIT_SM, text_to(ANN))
            await until(lambda: bool(account.delivered))
            number = int(answer.body.rstrip(b"\0"), 16)
            assert f"id:{number:012d} ".encode() in account.delivered[0].body

    run(story)


def test_more_than_the_window_is_throttled(centre: SmscSimulator) -> None:
    centre.misbehave(window=2, latency_seconds=0.1)

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            numbers = [account.write(wire.SUBMIT_SM, text_to(ANN)) for _each in range(3)]
            await until(lambda: all(number in account.answers for number in numbers))
            assert [account.answers[number].status for number in numbers] == [0, 0, 0x58]

    run(story)
    counts = centre.health()["counts"]
    assert (counts["most_unanswered"], counts["over_window"]) == (3, 1)


@pytest.mark.parametrize(("share", "taken"), [("drop_before_share", 0), ("drop_after_share", 1)])
def test_a_line_may_drop_before_or_after_a_text_was_taken(
    centre: SmscSimulator, begin: int, share: str, taken: int
) -> None:
    centre.misbehave(**{share: 1})

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            account.write(wire.SUBMIT_SM, text_to(ANN))
            await until(lambda: account.reader.at_eof() or account.writer.is_closing())
            assert len(account.answers) == 1

    run(story)
    (submit,) = centre.submits(begin)
    assert (bool(submit["message_id"]), submit["lost"]) == (bool(taken), bool(taken))


def test_what_was_not_stored_is_delivered_again_on_the_next_line_too(centre: SmscSimulator, begin: int) -> None:
    async def story() -> None:
        async with connected(centre) as (account, _bound):
            account.stores = 0x64
            centre.inbound(ANN, "85268001234", "STOP")
            await until(lambda: len(account.delivered) > 1)
        async with connected(centre) as (account, _bound):
            await until(lambda: bool(account.delivered))
            assert account.delivered[0].body.endswith(b"STOP")

    run(story)
    assert [line["status"] for line in centre.journal("deliver", begin)][-1] == 0


def test_an_early_receipt_overtakes_the_answer_and_a_duplicate_follows(centre: SmscSimulator) -> None:
    centre.misbehave(early_share=1, duplicate_share=1, latency_seconds=0.1)

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            number = account.write(wire.SUBMIT_SM, text_to(ANN))
            await until(lambda: bool(account.delivered))
            assert number not in account.answers
            await until(lambda: len(account.delivered) == 2)
            assert account.delivered[0].body == account.delivered[1].body

    run(story)


@pytest.mark.parametrize(
    ("numbering", "mark"),
    [("udh8", b"\x05\0\3\7\2\1"), ("udh16", b"\6\x08\4\0\7\2\1"), ("sar", b"\x02\x0c\0\2\0\7\x02\x0e\0\1\2")],
)
def test_phones_write_long_texts_in_every_numbering(centre: SmscSimulator, numbering: str, mark: bytes) -> None:
    async def story() -> None:
        async with connected(centre) as (account, _bound):
            assert centre.inbound(ANN, "85268001234", "x" * 200, numbering=numbering) == 2
            await until(lambda: len(account.delivered) == 2)
            assert mark in account.delivered[0].body

    run(story)


def test_people_answer_stop(centre: SmscSimulator) -> None:
    centre.misbehave(stop_share=1)

    async def story() -> None:
        async with connected(centre) as (account, _bound):
            await account.ask(wire.SUBMIT_SM, text_to(ANN))
            await until(lambda: len(account.delivered) == 2)
            assert account.delivered[1].body.endswith(b"STOP")

    run(story)


def test_a_mute_centre_answers_nothing(centre: SmscSimulator) -> None:
    async def story() -> None:
        async with connected(centre) as (account, _bound):
            centre.misbehave(mute=True)
            number = account.write(wire.ENQUIRE_LINK)
            await asyncio.sleep(0.05)
            assert number not in account.answers

    run(story)


@pytest.mark.parametrize("fields", [{"lost": 1}, {"dialect": "klingon"}, {"throttled_share": 1, "silent_share": 1}])
def test_a_wrong_switch_is_refused(centre: SmscSimulator, fields: dict[str, object]) -> None:
    with pytest.raises(RuntimeError):
        centre.misbehave(**fields)


def test_a_taken_port_is_said_in_one_line(centre: SmscSimulator, tmp_path: Path) -> None:
    with pytest.raises(SimulatorFailed, match="Address already in use"):
        SmscSimulator(tmp_path, smpp_port=centre.smpp_port).start()
