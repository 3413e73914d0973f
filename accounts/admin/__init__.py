"""The desk's pages for organisations, people and agents, and what every other page of the desk is made of."""

from accounts.admin.agents import AgentAdmin
from accounts.admin.organisations import OrganisationAdmin
from accounts.admin.people import PersonAdmin
from accounts.admin.scope import OrganisationScoped, ReadOnly, ReadOnlyInline, WithHistory, actor_of, sees_personal_data

__all__ = [
    "AgentAdmin",
    "OrganisationAdmin",
    "OrganisationScoped",
    "PersonAdmin",
    "ReadOnly",
    "ReadOnlyInline",
    "WithHistory",
    "actor_of",
    "sees_personal_data",
]
