"""Media: upload, address, bytes, deletion; and the resumable upload for template headers."""

import hashlib
from typing import Any

import pytest
import requests

from simulators.process import GraphSimulator
from tests.simulators.graph.business import IDA, Business, code_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def upload(business: Business, data: bytes = PNG, mime: str = "image/png") -> dict[str, Any]:
    fields = {"messaging_product": "whatsapp", "type": mime}
    answer = business.call("POST", "555001/media", data=fields, files={"file": ("a.png", data, mime)})
    found: dict[str, Any] = answer.json()
    return found


def test_what_was_uploaded_comes_back_by_its_address_with_the_token(business: Business) -> None:
    media = upload(business)["id"]
    facts = business.get(media)

    assert facts["mime_type"] == "image/png"
    assert facts["file_size"] == 108
    assert facts["sha256"] == hashlib.sha256(PNG).hexdigest()
    assert business.session.get(facts["url"]).content == PNG
    assert requests.get(facts["url"], timeout=5).status_code == 401
    assert business.session.get(facts["url"] + "x").status_code == 404


def test_uploaded_media_can_be_sent_until_it_is_deleted(business: Business, simulator: GraphSimulator) -> None:
    media = upload(business)["id"]
    simulator.inbound(IDA)
    assert code_of(business.send(IDA, type="image", image={"id": media})) == 0

    assert business.call("DELETE", media).json() == {"success": True}

    assert business.get(media)["error"]["error_subcode"] == 33
    assert code_of(business.send(IDA, type="image", image={"id": media})) == 131009


@pytest.mark.parametrize(
    ("data", "mime", "code"),
    [
        (PNG, "image/gif", 100),
        (PNG, "application/zip", 100),
        (PNG, "image/jpeg", 131053),
        (b"", "image/png", 131053),
        (PNG + b"\0" * 5 * 1024 * 1024, "image/png", 131053),
    ],
)
def test_media_of_the_wrong_kind_or_size_is_refused(business: Business, data: bytes, mime: str, code: int) -> None:
    assert code_of(upload(business, data, mime)) == code


def test_the_journal_has_the_facts_of_a_file_and_not_its_bytes(business: Business, simulator: GraphSimulator) -> None:
    upload(business)

    line = list(simulator.journal("request"))[-1]
    assert line["files"] == [["file", "a.png", "image/png", 108]]


def test_a_resumable_upload_goes_on_where_it_stopped(business: Business) -> None:
    asked = {"file_name": "a.png", "file_length": 108, "file_type": "image/png"}
    session = business.call("POST", "880011223344/uploads", params=asked).json()["id"]
    assert session.startswith("upload:")

    business.call(
        "POST", session, data=PNG[:50], headers={"file_offset": "0", "Authorization": "OAuth simulated-access-token"}
    )
    assert business.get(session)["file_offset"] == 50
    assert code_of(business.call("POST", session, data=PNG[50:], headers={"file_offset": "0"}).json()) == 100
    done = business.call("POST", session, data=PNG[50:], headers={"file_offset": "50"}).json()

    assert done["h"].startswith("4::")


@pytest.mark.parametrize("fields", [{"file_length": 0}, {"file_length": "much"}, {"file_type": "image/gif"}])
def test_an_upload_that_is_not_announced_properly_is_refused(business: Business, fields: dict[str, object]) -> None:
    asked = {"file_name": "a.png", "file_length": 108, "file_type": "image/png", **fields}

    assert code_of(business.call("POST", "880011223344/uploads", params=asked).json()) == 100
