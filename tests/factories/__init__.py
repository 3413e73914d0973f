"""The people, numbers and contracts that the tests speak of. Everything happens at Harbour Tea unless told otherwise.

Mei Chan is its compliance officer, Sam Lee its marketer; Sam owns the agent. It is noon in Hong Kong.
"""

from tests.factories.contacts import (
    ConsentStateFactory,
    ContactFactory,
    MessagingRulesFactory,
    SegmentFactory,
    SenderFactory,
    SuppressionFactory,
    WhatsAppAccountFactory,
)
from tests.factories.conversations import ConversationFactory, InboundMessageFactory, QueueFactory, TeamFactory
from tests.factories.people import (
    HONG_KONG,
    NOON,
    PASSWORD,
    AgentFactory,
    OrganisationFactory,
    PersonFactory,
    ada_wong,
    harbour_tea,
    ken_ho,
    mei_chan,
    other_tenant,
    sam_lee,
    vera_ng,
)
from tests.factories.sends import (
    ActionRequestFactory,
    AudienceFactory,
    AudienceMemberFactory,
    PreviewFactory,
    SendFactory,
    TemplateFactory,
    TemplateTranslationFactory,
    countersign,
    definition_of,
    freeze,
)

__all__ = [
    "HONG_KONG",
    "NOON",
    "PASSWORD",
    "ActionRequestFactory",
    "AgentFactory",
    "AudienceFactory",
    "AudienceMemberFactory",
    "ConsentStateFactory",
    "ContactFactory",
    "ConversationFactory",
    "InboundMessageFactory",
    "MessagingRulesFactory",
    "OrganisationFactory",
    "PersonFactory",
    "PreviewFactory",
    "QueueFactory",
    "SegmentFactory",
    "SendFactory",
    "SenderFactory",
    "SuppressionFactory",
    "TeamFactory",
    "TemplateFactory",
    "TemplateTranslationFactory",
    "WhatsAppAccountFactory",
    "ada_wong",
    "countersign",
    "definition_of",
    "freeze",
    "harbour_tea",
    "ken_ho",
    "mei_chan",
    "other_tenant",
    "sam_lee",
    "vera_ng",
]
