"""explain_error: every code of Meta's tables in words, and plainly none for one that stands in no table."""

import pytest

from messaging.whatsapp.error_table import ROWS
from messaging.whatsapp.errors import TEMPLATE_SUBCODES
from messaging.whatsapp.explaining import explained
from messaging.whatsapp.management_errors import MANAGEMENT, OURS, RANGES
from tests.approvals.tea_room import refused, tea_agent
from tests.messaging.meta.asking import over_mcp, over_rest, told

pytestmark = pytest.mark.django_db

# Every code of Meta's tables, as its pages list them.
_MESSAGES = """
0 1 2 3 4 10 17 33 100 104 190 200 250 299 368 613 803 80007
130403 130429 130472 130497 131000 131005 131008 131009 131016 131021 131026 131030 131031 131035 131036 131037
131042 131044 131045 131047 131048 131049 131050 131051 131052 131053 131055 131056 131057 131060 131061 131062
131063 131064 132000 132001 132005 132007 132008 132012 132015 132016 132018 132068 132069 133000 133004 133005
133006 133008 133009 133010 133015 133016 134011 134100 134101 134102 134103 135000 137000 139200 2494100
"""
_OTHERS = """
131020 131041 131059 131201 131215 138000 138025 139000 139006 139100 139101 139102 139103 141002 147001 147005
200005 200006 200007 1752041 2388001 2388012 2388019 2388023 2388024 2388039 2388040 2388047 2388072 2388073 2388091
2388093 2388103 2388293 2388299 2494055 2494164 2494179 2593107 2593108 2593109
"""


@pytest.mark.parametrize("code", (_MESSAGES + _OTHERS).split())
def test_every_code_that_meta_lists_is_explained(code: str) -> None:
    found = explained(code)
    assert found.code == int(code)
    assert found.category != "unknown"
    assert str(found.meaning).endswith(".")
    assert str(found.do).endswith(".")


def test_the_window_that_is_closed_in_the_catalogues_own_shape() -> None:
    assert told("explain_error", code="131047") == {
        "code": 131047,
        "category": "user_related",
        "can_retry": False,
        "human_explanation": "The person last wrote more than 24 hours ago.",
        "suggested_action": "Send an approved template instead.",
    }


@pytest.mark.parametrize(
    ("code", "category", "can_retry"),
    [
        ("130429", "rate_limit", True),
        ("131056", "rate_limit", True),
        ("80007", "rate_limit", True),
        ("132069", "rate_limit", False),
        ("131057", "service_related", True),
        ("131000", "service_related", False),  # the message may have gone out
        ("190", "authorization", False),
        ("215", "authorization", False),
        ("131042", "payment", False),
        ("131031", "account_related", False),
        ("133010", "number_related", False),
        ("131052", "media", False),
        ("131008", "message_related", False),
        ("132000", "template_related", False),
        ("2388299", "template_related", False),
        ("131050", "user_related", False),
        ("139103", "service_related", True),
        ("not_reached", "service_related", True),
        ("answer_lost", "service_related", False),
        ("http_429", "rate_limit", True),
        ("http_401", "authorization", False),
        ("http_502", "service_related", False),
        ("payload_refused", "message_related", False),
    ],
)
def test_what_kind_of_trouble_it_is_and_whether_sending_again_helps(code: str, category: str, can_retry: bool) -> None:
    found = explained(code)
    assert (found.category, found.can_retry) == (category, can_retry)


@pytest.mark.parametrize("code", ["131014", "999999", "7", "no_such_word", "http_", "9" * 40])
def test_a_code_of_no_table_is_called_unknown_and_is_no_reason_to_send_again(code: str) -> None:
    found = told("explain_error", code=code)
    assert (str(found["code"]), found["category"], found["can_retry"]) == (code, "unknown", False)
    assert found["human_explanation"].startswith("We do not know this code")
    assert "Do not send again on your own" in found["suggested_action"]


def test_no_code_stands_in_two_tables() -> None:
    in_ranges = {code for first, last in RANGES for code in range(first, last + 1)}
    tables = [set(ROWS), set(MANAGEMENT), in_ranges, set(TEMPLATE_SUBCODES)]
    assert sum(map(len, tables)) == len(set.union(*tables))
    assert not [word for word in OURS if word.isdecimal()]


def test_a_code_may_come_as_a_number() -> None:
    assert told("explain_error", code=131047)["code"] == 131047


@pytest.mark.parametrize("wrong", ["", "131 047", "<script>", "x" * 41, None, {}, ["131047"]])
def test_what_is_no_code_is_refused_by_its_field(wrong: object) -> None:
    no = refused(lambda: told("explain_error", code=wrong))
    assert [(reason.code, reason.field) for reason in no.reasons] == [("invalid_argument", "code")]


def test_rest_and_mcp_answer_with_its_own_keys_alone() -> None:
    keys = ["code", "category", "can_retry", "human_explanation", "suggested_action"]
    assert list(over_rest("explain_error", code="131047")) == keys
    assert list(over_mcp("explain_error", tea_agent(scopes=["meta:read"]), code="131047")) == keys
