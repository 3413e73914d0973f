"""Where the tests of SMS stand: at Harbour Tea, with two gateways."""

import pytest

from tests.sms.tea_texts import TeaTexts


@pytest.fixture
def tea() -> TeaTexts:
    return TeaTexts()
