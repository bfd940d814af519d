"""200 random what-ifs on a page and in the analysis: both must come to the same doubles."""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import carecircle
from browser import visit
from carecircle.analysis.asking import Asker, serving_in
from carecircle.inputs.sites import new_facilities
from carecircle.outputs import gap_map
from carecircle.rules import ReachQuery, kind_of
from carecircle.rules.language.query import main_query, road_query

MOVES, WHOLE = 200, 20
"""Every move is compared with `carecircle.reach`, every twentieth with a whole `carecircle.reanalyze`."""
STRAIGHT_M = 2e-4
"""Straight lines may differ by this: the page holds places in billionths of a degree."""
STEP = """([act, handed, asked]) => {
  carecircle.whatif[act](...handed);
  const said = (window.said = window.said || []);
  const answers = asked.map(([rule, road], k) => {
    const found = carecircle.whatif.reached(rule, road);
    const bytes = new Uint8Array(Float64Array.from(found.cost, (c) => (c === null ? Infinity : c)).buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    const owners = found.facility.map((f) => f || '').join('\\n');
    if (said[k] && said[k][0] === text && said[k][1] === owners) return null;
    said[k] = [text, owners];
    return [btoa(text), owners];
  });
  return [answers, carecircle.whatif.verdicts()];
}"""
"""One change made on the page: the costs and owners of each query, null where they are the last told."""
Answer = tuple[np.ndarray[Any, Any], list[str | None]]


@dataclasses.dataclass(eq=False)
class Scenario:
    """What has been changed so far, on the page and here."""

    analysis: carecircle.Analysis
    sites: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    closed: set[str] = dataclasses.field(default_factory=set)

    def __post_init__(self) -> None:
        inputs = self.analysis.inputs
        assert inputs.demand is not None
        self.bounds = inputs.demand.to_crs(4326).total_bounds
        self.asker = Asker(inputs, self.analysis.reaches)
        self.before = {query: self.analysis.serving(query) for query in self.analysis.reached}
        self.rows: dict[str, gpd.GeoDataFrame] = {}
        self.serves: dict[str, frozenset[ReachQuery]] = {}
        self.kinds: dict[Any, frozenset[ReachQuery]] = {}
        self.found: dict[ReachQuery, tuple[Any, pd.DataFrame]] = {}

    def move(
        self, kinds: list[dict[str, Any]], ids: list[str], number: int, rng: Any
    ) -> tuple[str, str, list[Any]]:
        """One random change: its kind, and what of the page makes it there."""
        west, south, east, north = self.bounds
        lon, lat = round(rng.uniform(west, east), 7), round(rng.uniform(south, north), 7)
        act = str(rng.choice(["add", "move", "remove", "toggle"], p=[0.4, 0.25, 0.1, 0.25]))
        chosen = sorted(self.sites)[int(rng.integers(len(self.sites)))] if self.sites else ""
        if act == "add" or (act in ("move", "remove") and not chosen):
            kind = kinds[number % len(kinds)]
            site = {
                "facility_id": f"new-{number:03}", "name": "新", "category": kind["category"],
                "designations": tuple(kind["designations"]), "lon": lon, "lat": lat,
            }  # fmt: skip
            self.place(site)
            return act, "add", [{**site, "id": site["facility_id"]}]
        if act == "move":
            self.place({**self.sites[chosen], "lon": lon, "lat": lat})
            return act, "move", [chosen, lon, lat]
        if act == "remove":
            del self.sites[chosen]
            return act, "remove", [chosen]
        chosen = ids[int(rng.integers(len(ids)))]
        self.closed ^= {chosen}
        return act, "toggle", [chosen]

    def place(self, site: dict[str, Any]) -> None:
        """Build a site, or build it elsewhere: its row as `carecircle.reanalyze` would have it."""
        inputs, identity = self.analysis.inputs, site["facility_id"]
        row = new_facilities([site], inputs)
        self.sites[identity], self.rows[identity] = site, row
        self.serves[identity] = self._served(row)

    def _served(self, row: gpd.GeoDataFrame) -> frozenset[ReachQuery]:
        """The queries that a site serves: those that any site of its kind does."""
        kind = (row["category"].iloc[0], row["designations"].iloc[0], bool(row["inside"].iloc[0]))
        if kind not in self.kinds:
            alone = dataclasses.replace(self.analysis.inputs, facilities=row)
            self.kinds[kind] = frozenset(q for q in self.before if len(serving_in(alone, q)))
        return self.kinds[kind]

    def ask(self, queries: Iterable[ReachQuery]) -> dict[ReachQuery, pd.DataFrame]:
        """Queries answered afresh by `carecircle.reach`; the last answer where nobody else serves now."""
        for query in queries:
            before = self.before[query]
            gone = self.closed.intersection(before["facility_id"])
            built = {i: (s["lon"], s["lat"]) for i, s in self.sites.items() if query in self.serves[i]}
            if query not in self.found or self.found[query][0] != (gone, built):
                parts = [before[~before["facility_id"].isin(gone)], *(self.rows[i] for i in built)]
                serving = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=before.crs)
                self.found[query] = ((gone, built), self.asker.reach(query, serving))
        return {query: frame for query, (_, frame) in self.found.items()}


def _asked(analysis: carecircle.Analysis, rules: list[str]) -> dict[ReachQuery, tuple[str, bool]]:
    """Each query about reach by a rule that asks it, and whether that is the rule's road query."""
    found: dict[ReachQuery, tuple[str, bool]] = {}
    for verdict in analysis.verdicts:
        if verdict.rule in rules:
            for road, query in ((False, main_query(verdict.rule_def)), (True, road_query(verdict.rule_def))):
                if query in analysis.reached:
                    found.setdefault(query, (verdict.rule, road))
    return found


def _unpacked(answer: list[str]) -> Answer:
    cost = np.frombuffer(base64.b64decode(answer[0]), dtype="<f8")
    return cost, [f or None for f in answer[1].split("\n")]


def _same_verdicts(told: dict[str, Any], now: carecircle.Analysis, within: float = 0.0) -> None:
    """Ledger, outcome, figure, margin and people of every clause about reach, to the last bit."""
    for verdict in now.verdicts:
        if verdict.rule not in told:
            continue
        said = told[verdict.rule]
        assert verdict.ledger is not None
        assert said["ledger"] == verdict.ledger.to_dict(), verdict.rule
        why = (verdict.rule, said, [need.text("en") for need in verdict.missing_inputs])
        assert said["outcome"] == verdict.outcome.value, why
        for figure in ("observed", "margin"):
            assert said[figure] == pytest.approx(getattr(verdict, figure), rel=0, abs=within), verdict.rule
        if verdict.residents_affected is not None:
            assert said["residents_affected"] == verdict.residents_affected, verdict.rule


def compare(
    browser: Any, analysis: carecircle.Analysis, folder: Path, *, within: float = 0.0, moves: int = MOVES
) -> dict[str, int]:
    """Make the moves on a page and compare each; returns how often each kind of move was made.

    Times may differ by ``within`` minutes: over the ground both reckon exponentials, each with its own.
    """
    path = folder / "gap_map.html"
    gap_map(analysis).save(str(path))
    rng, made = np.random.default_rng(2025), dict.fromkeys(("add", "move", "remove", "toggle"), 0)
    with visit(browser, path) as seen:
        page = seen.page
        data = "JSON.parse(document.getElementById('cc-page').textContent)"
        kinds = page.evaluate(f"() => {data}.kinds")
        ids = page.evaluate(
            f"() => {{ const d = {data};"
            " return [...new Set(d.queries.flatMap((q) => q.serving))].map((i) => d.facilities.ids[i]); }"
        )
        asked = _asked(analysis, [v["rule"] for v in page.evaluate("() => carecircle.whatif.verdicts()")])
        assert {q.direction for q in asked} == {"to_facility", "from_facility"}
        scenario, counted = Scenario(analysis), Counted(analysis)
        held: dict[ReachQuery, tuple[pd.DataFrame, Answer]] = {}
        for number in range(moves):
            act, name, handed = scenario.move(kinds, ids, number, rng)
            made[act] += 1
            answers, verdicts = page.evaluate(STEP, [name, handed, list(asked.values())])
            told = {v["rule"]: v for v in verdicts}
            frames = scenario.ask(asked)
            for (query, (rule, road)), answer in zip(asked.items(), answers, strict=True):
                frame = frames[query]
                if answer is None and frame is held[query][0]:
                    continue  # neither has another answer than the last, and those were the same
                cost, facility = held[query][1] if answer is None else _unpacked(answer)
                held[query] = frame, (cost, facility)
                theirs = frame["cost"].to_numpy()
                near = STRAIGHT_M if query.metric == "straight_m" else within
                wrong = np.flatnonzero(~(np.isclose(theirs, cost, rtol=0, atol=near) | (theirs == cost)))
                assert not len(wrong), (number, rule, road, frame.loc[wrong[:3]], cost[wrong[:3]])
                if query.metric != "straight_m":  # cells of one grid lie equally far from two facilities
                    assert facility == list(frame["facility_id"]), (number, rule, road)
            counted.same(frames, told)
            if number % WHOLE == WHOLE - 1:
                now = carecircle.reanalyze(
                    analysis, add=list(scenario.sites.values()), close=sorted(scenario.closed), surfaces=False
                )
                _same_verdicts(told, now, within)
        page.evaluate("() => carecircle.whatif.reset()")
        _same_verdicts(
            {v["rule"]: v for v in page.evaluate("() => carecircle.whatif.verdicts()")}, analysis, within
        )
        seen.clean()
    return made


class Counted:
    """The residents whom each clause counts as covered, summed exactly from the times found afresh."""

    def __init__(self, analysis: carecircle.Analysis) -> None:
        assert analysis.inputs.demand is not None
        self.residents = analysis.inputs.demand["residents"].to_numpy()
        self.of: dict[str, tuple[Any, ReachQuery, Any]] = {}
        self.last: dict[str, tuple[pd.DataFrame, float]] = {}
        for verdict in analysis.verdicts:
            rule, query = verdict.rule_def, main_query(verdict.rule_def)
            if (
                verdict.people is not None
                and query is not None
                and rule.limit
                and kind_of(rule).people == "share"
            ):
                counted = verdict.people.isin(["covered", "not_covered", "unreachable"]).to_numpy()
                self.of[verdict.rule] = (rule, query, counted)

    def same(self, frames: dict[ReachQuery, pd.DataFrame], told: dict[str, Any]) -> None:
        """Compare each clause's covered residents with what the page told."""
        for name, (rule, query, counted) in self.of.items():
            frame = frames[query]
            if name not in self.last or self.last[name][0] is not frame:
                within = frame["cost"].to_numpy() <= rule.limit * rule.factor
                self.last[name] = (frame, math.fsum(self.residents[counted & within]))
            assert told[name]["ledger"]["covered"] == self.last[name][1], name
