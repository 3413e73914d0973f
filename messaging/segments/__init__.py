"""Segments: a small safe language for who is meant, compiled to SQL with every value bound."""

from messaging.segments.compiling import compile_rule
from messaging.segments.reading import parse
from messaging.segments.rule import Rule, RuleError
from messaging.segments.wording import describe

__all__ = ["Rule", "RuleError", "compile_rule", "describe", "parse"]
