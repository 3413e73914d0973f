"""Records that somebody has rewritten so that their seals fit."""

import json

from audit import verify


def change_segment(lines: list[bytes], place: int, **fields: object) -> None:
    lines[place] = json.dumps({**json.loads(lines[place]), **fields}).encode() + b"\n"


def forge(lines: list[bytes], place: int, **fields: object) -> None:
    """Change a segment and seal it anew, as somebody would who knows the format."""
    change_segment(lines, place, **fields)
    change_segment(lines, place, seal=verify.seal_of(json.loads(lines[place])))
