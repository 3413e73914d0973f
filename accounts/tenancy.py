"""Whose rows the database shows: everybody's, those of one organisation, or whatever the login role may see.

Under every queryset lie PostgreSQL's row-level policies (`accounts.row_security`). A process works as SYSTEM, which
sees all organisations; where it acts for one, `confined_to` makes its connection TENANT, which sees that one alone and
can write no other's rows. It guards against a forgotten filter, not against somebody who can run SQL of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from psycopg.pq import TransactionStatus

from accounts.models import Person

TENANT, SYSTEM = "countersign_tenant", "countersign_system"
SETTING = "countersign.organisation"
_LOGIN = "none"  # PostgreSQL's word for the role that logged in
_SWITCH = f"SELECT set_config('role', %s, false), set_config('{SETTING}', %s, false)"


class OtherTenant(RuntimeError):
    """Work for one organisation reached for another: a bug, never the caller's mistake."""


@contextmanager
def confined_to(organisation: UUID) -> Iterator[None]:
    """Do what is inside for this organisation alone: no other's rows are there, and none can be written.

    Counts for this thread's connection. Costs a round trip at both ends, nothing where it already holds. Raises
    OtherTenant inside the confinement to another organisation.
    """
    already = connections[DEFAULT_DB_ALIAS].settings_dict.get("CONFINED_TO", "")
    if already and already != str(organisation):
        raise OtherTenant(f"work for organisation {already} reached for {organisation}")
    if already:
        yield
        return
    with _working_as(TENANT, str(organisation)):
        yield


@contextmanager
def unconfined() -> Iterator[None]:
    """Do what is inside as SYSTEM. The caller has made sure whose rows are meant."""
    with _working_as(SYSTEM, ""):
        yield


@contextmanager
def as_login_role() -> Iterator[None]:
    """Do what is inside as whoever logged in: for what only the owner of the tables may do."""
    with _working_as(_LOGIN, ""):
        yield


@contextmanager
def _working_as(role: str, organisation: str) -> Iterator[None]:
    """Switch the connection, and say in its settings what one that is opened anew meanwhile begins as."""
    database = connections[DEFAULT_DB_ALIAS]
    before, in_transaction = database.settings_dict, database.in_atomic_block
    options = before["OPTIONS"]
    started_with = f"{options.get('options', '')} -c {SETTING}={organisation}".lstrip()
    database.settings_dict = {
        **before,
        "OPTIONS": {**options, "assume_role": None if role == _LOGIN else role, "options": started_with},
        "CONFINED_TO": organisation,
    }
    try:
        if database.connection is not None:
            database.close_if_health_check_failed()
        if database.connection is not None:
            _switch(database, role, organisation)
        yield
    finally:
        database.settings_dict = before
        _switch_back(database, in_transaction=in_transaction)


def _switch_back(database: BaseDatabaseWrapper, *, in_transaction: bool) -> None:
    """Restore what the settings say. A connection that cannot be restored is closed: the next one begins afresh."""
    line = database.connection
    if line is None:
        return
    if in_transaction and line.info.transaction_status == TransactionStatus.INERROR:
        return  # the switch was made in the transaction that failed: its rollback takes the switch back
    before = database.settings_dict
    try:
        _switch(database, before["OPTIONS"].get("assume_role") or _LOGIN, before.get("CONFINED_TO", ""))
    except DatabaseError:
        database.close()


def _switch(database: BaseDatabaseWrapper, role: str, organisation: str) -> None:
    """On the bare connection: Django would refuse a query between an error and the rollback of its block."""
    with database.wrap_database_errors, database.connection.cursor() as cursor:
        cursor.execute(_SWITCH, [role, organisation])


class OwnRowsOnly:
    """Middleware, after authentication: the desk of somebody who belongs to an organisation shows that one alone.

    A superuser keeps the installation's organisations and sees all of them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person) or person.organisation_id is None or person.is_superuser:
            return self.get_response(request)
        with confined_to(person.organisation_id):
            return self.get_response(request)
