"""The longest that a text can become: filled with stand-ins as long as the longest values. Nobody's is shown."""

from collections.abc import Iterator, Mapping

from sms.copy.people import Longest
from sms.text import Encoding, Measure, Reference, measure
from sms.text.filling import names_in, put_in

# One septet, and one UTF-16 unit that GSM-7 does not have.
_PLAIN, _WIDE = "x", "字"


def bare(text: str) -> str:
    """The text without its variables."""
    return put_in(text, dict.fromkeys(names_in(text), ""))


def worst_of(text: str, longest: Mapping[str, Longest]) -> str:
    """The text filled with the longest values together, in the encoding that makes it cost the most."""
    return max(_worlds(text, longest), key=lambda one: _cost(measure(one)))


def _cost(size: Measure) -> tuple[int, float]:
    """More parts cost more; of equal parts the fuller one is closer to the next."""
    return size.parts, size.units / (size.parts * Reference.EIGHT_BIT.room(size.encoding))


def _worlds(text: str, longest: Mapping[str, Longest]) -> Iterator[str]:
    names = names_in(text)
    nothing = Longest(0, 0, 0, 0)
    sizes = {name: longest.get(name, nothing) for name in names}
    if measure(bare(text)).encoding is Encoding.UCS2:
        yield put_in(text, {name: _WIDE * sizes[name].any for name in names})
        return
    yield put_in(text, {name: _PLAIN * sizes[name].gsm for name in names})
    # One value outside GSM-7 is enough; the others are as long as they come.
    for forcing in names:
        if sizes[forcing].ucs2:
            others = {name: _WIDE * sizes[name].any for name in names}
            yield put_in(text, {**others, forcing: _WIDE * sizes[forcing].ucs2})
