"""What customers do meanwhile: some write STOP, in the words people use. No approval, no delay, whatever is planned."""

from itertools import cycle
from uuid import UUID

from config.demo.stage import Stage
from messaging.models import AudienceMember, Contact, Suppression, Verdict

WORDS = ("STOP", "停止", "Unsubscribe", "退訂", "stop please", "唔好再send")
MOST = 50


def write_stop(stage: Stage, how_many: int, audience_id: str = "") -> int:
    """So many customers of the newsletter, or of a frozen audience, who never said so before, write one of `WORDS`.

    Returns how many there were once every one of them has been heard. Raises StoryBroke when that takes too long.
    """
    simulator = stage.house.simulator
    simulator.misbehave(only_user_id_share=0.0)  # nobody knows yet which user id is whose: they write with their number
    people = _customers(stage, audience_id)[:how_many]
    for person, words in zip(people, cycle(WORDS), strict=False):
        simulator.inbound(person.phone or "", words)
    simulator.misbehave(only_user_id_share=0.1)
    wanted = {person.pk for person in people}
    stage.wait_for(lambda: wanted <= _suppressed(wanted), "the STOPs of customers", within=30)
    return len(wanted)


def _customers(stage: Stage, audience_id: str) -> list[Contact]:
    people = Contact.objects.filter(organisation=stage.cast.organisation, country="HK", suppressions=None).order_by(
        "key"
    )
    if not audience_id:
        return list(people.filter(tags__contains=["newsletter"])[:MOST])
    included = AudienceMember.objects.filter(audience=UUID(audience_id), verdict=Verdict.INCLUDED)
    return list(people.filter(pk__in=included.values("contact_id"))[:MOST])


def _suppressed(wanted: set[int]) -> set[int]:
    return set(Suppression.objects.filter(contact__in=wanted, lifted_at=None).values_list("contact_id", flat=True))
