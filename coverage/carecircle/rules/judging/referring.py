"""Who refers to whom: each facility's way through those that receive, and the direct one beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from carecircle.rules.judging.evidence import Evidence, Facility
from carecircle.rules.language.query import ReachQuery
from carecircle.rules.language.referring import LEAD, Asked, referral_query
from carecircle.rules.language.rule import Rule
from carecircle.schema import every_column

Reached = Mapping[ReachQuery, pd.DataFrame]
_NO_PLACE = ("unsnapped", "closed")
"""Statuses of a facility that stands nowhere on the network: what it reaches is unknown."""


@dataclass(frozen=True)
class Way:
    """How a facility's patients come to where they are received.

    Parameters
    ----------
    stops
        Those that receive, in order; the last is where it ends.
    minutes
        Over all hops; infinite where there is no way, None where it is unknown.
    direct
        Minutes to the nearest that receives, whoever refers to whom; None where it is unknown.
    lacks
        Why it is unknown: ``alliance`` or ``refers_to`` (the column is blank), ``lead`` (nobody leads the
        alliance), ``receiver`` (whom it refers to cannot be reached by this study), ``place``. Empty: it is
        known.
    at
        Of which facility, alliance or id that is.
    """

    stops: tuple[Facility, ...] = ()
    minutes: float | None = None
    direct: float | None = None
    lacks: str = ""
    at: str = ""

    @property
    def detour(self) -> float | None:
        """Minutes more than the direct way; None where either is unknown or there is none."""
        known = self.minutes is not None and self.direct is not None
        if not known or not math.isfinite(self.minutes or 0.0) or not math.isfinite(self.direct or 0.0):
            return None
        return (self.minutes or 0.0) - (self.direct or 0.0)


class _LacksError(Exception):
    """A hop that cannot be told: why, and at whom."""


class Referrals:
    """The ways of one rule's facilities.

    Parameters
    ----------
    rule
        Of kind ``referral``.
    evidence
        Of the study, or of one of its counties: receivers are sought in the whole study.
    reached
        The answers to `referral_queries`.
    """

    def __init__(self, rule: Rule, evidence: Evidence, reached: Reached) -> None:
        self.rule, self.evidence, self._reached = rule, evidence, reached
        self.known = {f.id: f for f in evidence.root.facilities}
        self._sets: dict[Asked, frozenset[str]] = {}
        self._kept: dict[Asked, Mapping[str, dict[str, Any]]] = {}

    def way(self, origin: Facility) -> Way:
        """The way of one facility's patients, as its rule asks it.

        Parameters
        ----------
        origin
            Who refers.

        Returns
        -------
        Way
            A facility that receives itself is there at once.
        """
        direct = self._direct(origin)
        hops = {"": self._nearest, "alliance": self._by_alliance, "refers_to": self._as_told}
        try:
            stops, minutes = hops[self.rule.along](origin)
        except _LacksError as why:
            lacks, at = why.args
            return Way(direct=direct, lacks=lacks, at=at)
        return Way(stops, minutes, direct)

    # ---- the three ways ----
    def _nearest(self, origin: Facility) -> tuple[tuple[Facility, ...], float]:
        """To the nearest; by ``via`` to its nearest first."""
        if not self.rule.via:
            return self._hop("to", origin)
        first, minutes = self._hop("via", origin)
        return self._onward(first, minutes)

    def _by_alliance(self, origin: Facility) -> tuple[tuple[Facility, ...], float]:
        """To the lead of its own alliance, the nearest where there are several, and on from there."""
        alliance = origin.attributes.get("alliance")
        if not alliance:
            raise _LacksError("alliance", origin.name)
        leads, unsure = self._leads.get(str(alliance), ((), ()))
        if not leads or unsure:
            raise _LacksError("lead", str(alliance))
        ways = [self._to("alliance", origin, lead) for lead in leads]
        minutes, lead = min(zip(ways, leads, strict=True), key=lambda pair: (pair[0], pair[1].id))
        if not math.isfinite(minutes):
            return (), minutes
        return self._onward((lead,), minutes) if self.rule.to else ((lead,), minutes)

    def _as_told(self, origin: Facility) -> tuple[tuple[Facility, ...], float]:
        """To whom the tables say, from one to the next, until one of the rule's receives."""
        stops: tuple[Facility, ...] = ()
        at, total = origin, 0.0
        while at.id not in self._set("to"):
            told = at.attributes.get("refers_to")
            if not told:
                raise _LacksError("refers_to", at.name)
            after = self.known.get(str(told))
            if after is None or after.status != "open" or after in stops:
                raise _LacksError("receiver", str(told))
            total += self._to("refers_to", at, after)
            stops, at = (*stops, after), after
            if not math.isfinite(total):
                return (), total
        return stops or (origin,), total

    def _onward(self, stops: tuple[Facility, ...], minutes: float) -> tuple[tuple[Facility, ...], float]:
        """From the last of the stops to the nearest that receives in the end."""
        if not stops:
            return (), minutes
        end, more = self._hop("to", stops[-1])
        if not end:
            return (), more
        return (stops if end[-1].id == stops[-1].id else (*stops, *end)), minutes + more

    # ---- hops ----
    def _hop(self, what: Asked, origin: Facility) -> tuple[tuple[Facility, ...], float]:
        """The nearest of a set, and its minutes; nobody and infinite where there is no way."""
        if origin.id in self._set(what):
            return (origin,), 0.0
        row = self._row(what, origin)
        found = self.known.get(row["facility_id"]) if isinstance(row["facility_id"], str) else None
        return ((found,), float(row["cost"])) if found is not None else ((), math.inf)

    def _to(self, what: Asked, origin: Facility, receiver: Facility) -> float:
        """Minutes to one facility of a set of which every one is asked."""
        if origin.id == receiver.id:
            return 0.0
        row, column = self._row(what, origin), every_column(receiver.id)
        if column not in row:
            raise _LacksError("receiver", receiver.name)
        return float(row[column])

    def _direct(self, origin: Facility) -> float | None:
        """Minutes to the nearest that receives; None where the facility has no place."""
        try:
            return self._hop("to" if self.rule.to else "alliance", origin)[1]
        except _LacksError:
            return None

    def _row(self, what: Asked, origin: Facility) -> dict[str, Any]:
        rows = self._rows(what)
        row = rows.get(origin.id)
        if row is None or not origin.placed or row["status"] in _NO_PLACE:
            raise _LacksError("place", origin.name)
        return row

    def _rows(self, what: Asked) -> Mapping[str, dict[str, Any]]:
        if what not in self._kept:
            frame = self._reached[referral_query(self.rule, what)]
            rows: list[Any] = frame.to_dict("records")
            self._kept[what] = dict(zip(frame["demand_id"], rows, strict=True))
        return self._kept[what]

    def _set(self, what: Asked) -> frozenset[str]:
        """Ids of the facilities that may answer."""
        if what not in self._sets:
            wanted = referral_query(self.rule, what).facilities
            held = ((f, f.one_of(wanted, self.evidence.plain)) for f in self.known.values())
            self._sets[what] = frozenset(f.id for f, is_ in held if is_ and f.status == "open" and f.placed)
        return self._sets[what]

    @cached_property
    def _leads(self) -> Mapping[str, tuple[tuple[Facility, ...], tuple[Facility, ...]]]:
        """Of each alliance those that lead it, and those of which the table does not say."""
        found: dict[str, tuple[tuple[Facility, ...], tuple[Facility, ...]]] = {}
        for facility in self.known.values():
            alliance = facility.attributes.get("alliance")
            if not alliance or facility.status != "open":
                continue
            held = facility.holds([LEAD])
            sure, unsure = found.get(str(alliance), ((), ()))
            found[str(alliance)] = (
                (*sure, facility) if held else sure, (*unsure, facility) if held is None else unsure,
            )  # fmt: skip
        return found
