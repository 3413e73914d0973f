"""A comparison that ends at the first wrong letter tells an attacker, letter by letter, what the right ones are."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "approvals", "audit", "messaging", "sms", "mcp_server")
# What an outsider could come to by trying; seals and digests of the record are shown to everybody.
SECRETS = ("hmac.new(", "key_hash", "verify_token", "signature_of(", "proof_of(")
# What the functions that judge a proof call its two halves.
HALVES = ("given.encode()", "proof", "expected")


def comparisons(path: Path) -> list[str]:
    """Every == and != of a file with a secret on one of its sides."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Compare) or not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
        if any(side in HALVES or any(secret in side for secret in SECRETS) for side in sides):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_secrets_are_compared_in_constant_time(package: str) -> None:
    found = [one for path in sorted((ROOT / package).rglob("*.py")) for one in comparisons(path)]
    assert found == []
