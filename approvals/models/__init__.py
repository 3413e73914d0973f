"""Previews, requests, decisions and policies, one file a noun."""

from approvals.models.calls import IdempotentCall, UntrustedRead
from approvals.models.decisions import Decision
from approvals.models.policies import Policy
from approvals.models.previews import Preview
from approvals.models.refusals import Refusal
from approvals.models.requests import ActionRequest, State

__all__ = ["ActionRequest", "Decision", "IdempotentCall", "Policy", "Preview", "Refusal", "State", "UntrustedRead"]
