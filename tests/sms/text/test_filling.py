import pytest

from sms.text.filling import MissingValue, fill, has_broken_variable, names_in


def test_variables_are_filled_and_nothing_else_is_touched() -> None:
    text = "Dear {{name}}, {{ drink }} is in. {{name}}: 100% {off} “tea” {{link}}"
    assert names_in(text) == ("name", "drink", "link")
    values = {"name": "{{drink}} \\1", "drink": "Pu’er", "link": "https://abc.hk/Xy12Ab34"}
    expected = "Dear {{drink}} \\1, Pu’er is in. {{drink}} \\1: 100% {off} “tea” https://abc.hk/Xy12Ab34"
    assert fill(text, values) == expected


@pytest.mark.parametrize("values", [{}, {"name": ""}])
def test_a_text_without_a_value_is_not_sent_half_filled(values: dict[str, str]) -> None:
    with pytest.raises(MissingValue, match=r"The variable name has no value\."):
        fill("Dear {{name}}", values)


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [("Dear {{name}}", False), ("{a}", False), ("{{first name}}", True), ("{{}}", True), ("{{a}", True), ("}}", True)],
)  # fmt: skip
def test_braces_that_would_reach_people_are_found(text: str, is_broken: bool) -> None:
    assert has_broken_variable(text) is is_broken
