"""The desk's pages for what waits, what was decided and who must decide what."""

from approvals.admin.policies import PolicyAdmin
from approvals.admin.queue import ActionRequestAdmin

__all__ = ["ActionRequestAdmin", "PolicyAdmin"]
