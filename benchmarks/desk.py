"""`desk_queue`: the list of 5,000 waiting requests over many messages, against an admin page with nothing on it."""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, Person
from accounts.roles import Role
from accounts.tenancy import as_login_role
from approvals.canonical import seal_of
from approvals.models import ActionRequest, Preview
from benchmarks import world
from benchmarks.delivery import queued, stage
from benchmarks.measuring import Bar, Outcome, in_turns, seconds

WAITING = 5_000
MESSAGES = 100_000
VIEWS = 5


def run(rounds: int, scale: int) -> Iterator[Outcome]:
    number, translation = stage("bench-desk", MESSAGES * scale)
    settings.ALLOWED_HOSTS = ["testserver"]
    send = queued(number, translation, MESSAGES * scale)
    _ask(number.organisation)
    viewer = _staff(number.organisation, "bench-desk-officer")
    empty = _staff(world.organisation("bench-desk-empty"), "bench-desk-nobody")
    queue, blank = reverse("admin:approvals_actionrequest_changelist"), reverse("admin:messaging_segment_changelist")
    page = Outcome("desk_queue", "ms", "ms of an empty page", Bar(3.0, above=False))
    page.notes.append(f"{WAITING:,} waiting requests, {send.messages.count():,} messages")
    yield in_turns(page, rounds, lambda: _view(viewer, queue), lambda: _view(empty, blank))
    client = _signed_in(viewer)
    with CaptureQueriesContext(connection) as asked:
        client.get(queue)
    yield Outcome("desk_queue_queries", "queries", "allowed", Bar(1.0, above=False), [float(len(asked))], [25.0])


def _staff(where: Organisation, username: str) -> Person:
    person = world.person(where, username, Role.COMPLIANCE)
    person.is_staff = True
    person.save()
    return person


def _view(person: Person, url: str) -> float:
    """The median of a few views, in milliseconds."""
    client = _signed_in(person)
    answers = [client.get(url)]  # the first fills caches
    took = [1000 * seconds(lambda: answers.append(client.get(url))) for _view in range(VIEWS)]
    assert all(answer.status_code == 200 for answer in answers), answers[-1]
    return median(took)


def _signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _ask(where: Organisation) -> None:
    """So many requests that wait for a person, each on a preview of its own."""
    now = timezone.now()
    missing = WAITING - ActionRequest.objects.filter(organisation=where, state="pending").count()
    previews = [
        Preview(
            organisation=where, tool="whatsapp.contact.import", maker=f"bench {n}", contract={"n": n},
            seal=seal_of({"n": n}), created_at=now, expires_at=now + timedelta(days=2),
        )
        for n in range(missing)
    ]  # fmt: skip
    Preview.objects.bulk_create(previews, batch_size=1_000)
    requests = [
        ActionRequest(
            organisation=where, tool="whatsapp.contact.import", preview=preview, requester="agent:1", face="rest",
            reason="benchmark", role="compliance", created_at=now, expires_at=now + timedelta(days=2),
        )
        for preview in previews
    ]  # fmt: skip
    for request in requests:
        request.seal = seal_of(request.terms())
    ActionRequest.objects.bulk_create(requests, batch_size=1_000)
    with as_login_role(), connection.cursor() as cursor:  # as PostgreSQL does by itself within a minute
        cursor.execute("ANALYZE approvals_preview, approvals_actionrequest, approvals_decision")
