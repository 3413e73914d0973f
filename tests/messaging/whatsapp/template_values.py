"""Right values for the templates of Harbour Tea."""

import pytest

from approvals.reasons import Refused
from messaging.whatsapp.templates.build import build_components
from messaging.whatsapp.templates.definition import Definition
from messaging.whatsapp.templates.render import render
from messaging.whatsapp.templates.values import MediaValue, Values

FOR_IDA = Values(
    body={"first_name": "Ida", "day": "Tuesday"},
    header_media=MediaValue(id="998877", filename="plan.pdf"),
    buttons={0: "t/8f2", 2: "CANCEL_8f2"},
)


FOR_MING = Values(body={"1": "小明", "2": "中環"}, header_text="小明", buttons={0: "SPRING10"})


def refusal(template: Definition, values: Values) -> list[tuple[str, str]]:
    """Codes and fields of the refusal, which building and rendering must agree on."""
    with pytest.raises(Refused) as building:
        build_components(template, values)
    with pytest.raises(Refused) as rendering:
        render(template, values)
    reasons = [(reason.code, reason.field) for reason in building.value.reasons]
    assert reasons == [(reason.code, reason.field) for reason in rendering.value.reasons]
    assert all(str(reason.text) and str(reason.fix) for reason in building.value.reasons)
    return reasons
