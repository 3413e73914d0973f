"""The same count as `sms.text.counting.measure`, inside PostgreSQL: pricing a million people asks nobody else.

`sms_parts(text)` gives the parts of a filled text; NULL for one that no network carries.
"""

from sms.text.alphabet import SEPTETS


def _bracket(characters: str) -> str:
    """A bracket expression of PostgreSQL's regular expressions with exactly these characters."""
    return "[" + "".join(f"\\{one}" if one in "\\]^-[" else one for one in characters) + "]"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# For other statements, as values to bind: what a text in GSM-7 matches, and its characters that count twice.
GSM = f"^{_bracket(''.join(SEPTETS))}*$"
TWO_SEPTETS = _bracket("".join(one for one, code in SEPTETS.items() if len(code) == 2))
ASTRAL = "[\\U00010000-\\U0010FFFF]"

_GSM = _quoted(GSM)
_NO_PLAIN_ASCII = _quoted("[^ -Z_a-z]")
_TWO_SEPTETS = _quoted(TWO_SEPTETS)
_ASTRAL = _quoted(ASTRAL)

# Plain letters first: most texts hold nothing else, and telling costs a fraction of the full alphabet.
# The walk is only for texts of several parts with wide characters in them: each part takes what fits.
FUNCTION = f"""
CREATE OR REPLACE FUNCTION sms_parts(body text) RETURNS integer LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    characters integer := length(body);
    is_gsm boolean;
    wide_ones text;
    room integer;
    units integer;
    begun integer := 1;
    taken integer;
    piece text;
    parts integer := 0;
BEGIN
    IF body !~ {_NO_PLAIN_ASCII} AND position('`' in body) = 0 THEN
        RETURN CASE WHEN characters <= 160 THEN 1 ELSE (characters + 152) / 153 END;
    END IF;
    is_gsm := body ~ {_GSM};
    IF NOT is_gsm AND position(E'\\x1b' in body) > 0 THEN
        RETURN NULL;
    END IF;
    wide_ones := CASE WHEN is_gsm THEN {_TWO_SEPTETS} ELSE {_ASTRAL} END;
    room := CASE WHEN is_gsm THEN 153 ELSE 67 END;
    units := 2 * characters - length(regexp_replace(body, wide_ones, '', 'g'));
    IF units <= (CASE WHEN is_gsm THEN 160 ELSE 70 END) THEN
        RETURN 1;
    ELSIF units = characters THEN
        RETURN (units + room - 1) / room;
    END IF;
    WHILE begun <= characters LOOP
        taken := least(room, characters - begun + 1);
        LOOP
            piece := substr(body, begun, taken);
            units := 2 * taken - length(regexp_replace(piece, wide_ones, '', 'g'));
            EXIT WHEN units <= room;
            taken := taken - (units - room + 1) / 2;
        END LOOP;
        begun := begun + taken;
        parts := parts + 1;
    END LOOP;
    RETURN parts;
END
$$
"""
NO_FUNCTION = "DROP FUNCTION IF EXISTS sms_parts(text)"
