"""Gateways that stand in for each other pay from one purse: the ways of a contract, and what each purse is to pay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID


class Way(Protocol):
    """One country of a contract: who carries it, and what its texts cost."""

    @property
    def country(self) -> str: ...
    @property
    def gateway_ids(self) -> Sequence[UUID]: ...
    @property
    def cost(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Pool:
    """Gateways that share texts, and the countries that they carry them to."""

    gateways: frozenset[UUID]
    countries: frozenset[str]


def pools_of(ways: Iterable[Way]) -> list[Pool]:
    """The gateways of a contract, together where a text may go by either of two."""
    pools: list[Pool] = []
    for way in ways:
        gateways, countries = frozenset(way.gateway_ids), frozenset({way.country})
        apart = []
        for pool in pools:
            if pool.gateways & gateways:
                gateways, countries = gateways | pool.gateways, countries | pool.countries
            else:
                apart.append(pool)
        pools = [*apart, Pool(gateways, countries)]
    return pools


def share_of(pool: Pool, ways: Sequence[Way], amount: Decimal) -> Decimal:
    """How much of what a send still costs this pool may have to pay, by what its countries were to cost."""
    total = sum((way.cost for way in ways), Decimal(0))
    if not total:
        return Decimal(0)
    here = sum((way.cost for way in ways if pool.gateways.intersection(way.gateway_ids)), Decimal(0))
    return max(amount, Decimal(0)) * here / total
