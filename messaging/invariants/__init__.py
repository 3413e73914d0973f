"""What must hold at every moment, asked of the rows alone and changing none: the promises of the product, as questions.

Tests, the fault harness and `manage.py check_invariants` ask the same. Each rule is one statement that finds the rows
against it, so that it sees one moment even while lanes are at work.
"""

from messaging.invariants.asking import Scope, assert_invariants, broken_invariants
from messaging.invariants.rules import Broken

__all__ = ["Broken", "Scope", "assert_invariants", "broken_invariants"]
