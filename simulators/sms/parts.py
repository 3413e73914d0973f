"""How many parts a text takes on the air. Counted here anew, so that the product's own count has a witness."""

_ONE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = frozenset("\f^{}\\[~]|€")


def parts_of(text: str) -> int:
    """The parts, filled one character after the other; a character of two units is never cut."""
    seven_bit = all(character in _ONE or character in _TWO for character in text)
    whole, room = (160, 153) if seven_bit else (70, 67)
    sizes = [_size(character, seven_bit) for character in text]
    if sum(sizes) <= whole:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts


def _size(character: str, seven_bit: bool) -> int:
    wide = character in _TWO if seven_bit else ord(character) > 0xFFFF
    return 2 if wide else 1
