"""The desk's pages for what waits, what was decided and who must decide what."""

from accounts.admin.organisations import BEGINNINGS
from approvals.admin.policies import PolicyAdmin
from approvals.admin.queue import ActionRequestAdmin
from approvals.defaults import default_policies

__all__ = ["ActionRequestAdmin", "PolicyAdmin"]

BEGINNINGS.append(default_policies)
