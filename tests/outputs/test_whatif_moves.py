"""200 random what-ifs on real streets, 200 on the embedded county: the page has the analysis's doubles."""

from __future__ import annotations

import base64
import dataclasses
import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import carecircle
from browser import visit
from carecircle.inputs.sites import new_facilities
from carecircle.outputs import gap_map
from carecircle.reach import travel
from carecircle.rules.query import main_query, road_query
from realstudy import real_study

MOVES, WHOLE = 200, 20
"""Every move is compared with `carecircle.reach`, every twentieth with a whole `carecircle.reanalyze`."""
STRAIGHT_M = 2e-4
"""Straight lines may differ by this: the page holds places in billionths of a degree."""
PACKED = """(asked) => asked.map(([rule, road]) => {
  const found = carecircle.whatif.reached(rule, road);
  const bytes = new Uint8Array(Float64Array.from(found.cost, (c) => (c === null ? Infinity : c)).buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return [btoa(text), found.facility.map((f) => f || '').join('\\n')];
})"""


@dataclasses.dataclass
class Scenario:
    """What has been changed so far, on the page and here."""

    analysis: carecircle.Analysis
    sites: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    closed: set[str] = dataclasses.field(default_factory=set)
    known: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def move(self, page: Any, kinds: list[dict[str, Any]], ids: list[str], number: int, rng: Any) -> str:
        """One random change, made on the page too."""
        assert self.analysis.inputs.demand is not None
        west, south, east, north = self.analysis.inputs.demand.to_crs(4326).total_bounds
        lon, lat = round(rng.uniform(west, east), 7), round(rng.uniform(south, north), 7)
        act = str(rng.choice(["add", "move", "remove", "toggle"], p=[0.4, 0.25, 0.1, 0.25]))
        chosen = sorted(self.sites)[int(rng.integers(len(self.sites)))] if self.sites else ""
        if act == "add" or (act in ("move", "remove") and not chosen):
            kind = kinds[number % len(kinds)]
            site = {
                "facility_id": f"new-{number:03}", "name": "新", "category": kind["category"],
                "designations": tuple(kind["designations"]), "lon": lon, "lat": lat,
            }  # fmt: skip
            self.sites[site["facility_id"]] = site
            page.evaluate("(s) => carecircle.whatif.add({...s, id: s.facility_id})", site)
        elif act == "move":
            self.sites[chosen] = {**self.sites[chosen], "lon": lon, "lat": lat}
            page.evaluate("([id, x, y]) => carecircle.whatif.move(id, x, y)", [chosen, lon, lat])
        elif act == "remove":
            del self.sites[chosen]
            page.evaluate("(id) => carecircle.whatif.remove(id)", chosen)
        else:
            chosen = ids[int(rng.integers(len(ids)))]
            self.closed ^= {chosen}
            page.evaluate("(id) => carecircle.whatif.toggle(id)", chosen)
        return act

    def facilities(self) -> gpd.GeoDataFrame:
        """Every facility and site as `carecircle.reanalyze` would have them."""
        inputs = self.analysis.inputs
        frame = inputs.facilities.copy()
        frame.loc[frame["facility_id"].isin(self.closed), "status"] = "closed"
        parts = [frame]
        for site in self.sites.values():
            key = (site["facility_id"], site["lon"], site["lat"])
            if key not in self.known:
                self.known[key] = new_facilities([site], inputs)
            parts.append(self.known[key])
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=inputs.crs)

    def reached(self, query: Any) -> pd.DataFrame:
        """A query answered afresh by `carecircle.reach`; the last answer where nobody else serves now."""
        analysis = self.analysis
        now = (tuple((s["facility_id"], s["lon"]) for s in self.sites.values()), frozenset(self.closed))
        if self.known.get("now") != now:
            self.known["now"], self.known["facilities"] = now, self.facilities()
        if self.known.get((query, "now")) == now:
            return self.known[query, "frame"]
        self.known[query, "now"] = now
        inputs = dataclasses.replace(analysis.inputs, facilities=self.known["facilities"])
        serving = dataclasses.replace(analysis, inputs=inputs).serving(query)
        mark = sorted(zip(serving["facility_id"], serving.geometry.x, serving.geometry.y, strict=True))
        if (query, "mark") not in self.known or self.known[query, "mark"] != mark:
            most = inputs.study.assumptions.max_snap_m
            network = None if query.metric == "straight_m" else analysis.networks[query.mode]
            snapped = None
            if network is not None:
                if ("snap", query.mode) not in self.known:
                    self.known["snap", query.mode] = network.snap(inputs.demand, max_snap_m=most)
                snapped = self.known["snap", query.mode]
            self.known[query, "mark"] = mark
            self.known[query, "frame"] = travel.nearest_facility(
                network, inputs.demand, serving, direction=query.direction, metric=query.metric,
                max_snap_m=most, snapped=snapped,
            )  # fmt: skip
        return self.known[query, "frame"]


def _asked(analysis: carecircle.Analysis, rules: list[str]) -> dict[Any, tuple[str, bool]]:
    """Each query about reach by a rule that asks it, and whether that is the rule's road query."""
    found: dict[Any, tuple[str, bool]] = {}
    for verdict in analysis.verdicts:
        if verdict.rule in rules:
            for road, query in ((False, main_query(verdict.rule_def)), (True, road_query(verdict.rule_def))):
                if query in analysis.reached:
                    found.setdefault(query, (verdict.rule, road))
    return found


def _unpacked(answer: list[str]) -> tuple[np.ndarray[Any, Any], list[str | None]]:
    cost = np.frombuffer(base64.b64decode(answer[0]), dtype="<f8")
    return cost, [f or None for f in answer[1].split("\n")]


def _same_verdicts(told: dict[str, Any], now: carecircle.Analysis) -> None:
    """Ledger, outcome, figure, margin and people of every clause about reach, to the last bit."""
    for verdict in now.verdicts:
        if verdict.rule not in told:
            continue
        said = told[verdict.rule]
        assert verdict.ledger is not None
        assert said["ledger"] == verdict.ledger.to_dict(), verdict.rule
        assert said["outcome"] == verdict.outcome.value, verdict.rule
        assert (said["observed"], said["margin"]) == (verdict.observed, verdict.margin), verdict.rule
        if verdict.residents_affected is not None:
            assert said["residents_affected"] == verdict.residents_affected, verdict.rule


def _compare(browser: Any, analysis: carecircle.Analysis, folder: Path) -> dict[str, int]:
    """Make the moves on a page and compare each; returns how often each kind of move was made."""
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
        scenario = Scenario(analysis)
        for number in range(MOVES):
            made[scenario.move(page, kinds, ids, number, rng)] += 1
            answers = page.evaluate(PACKED, list(asked.values()))
            told = {v["rule"]: v for v in page.evaluate("() => carecircle.whatif.verdicts()")}
            for (query, (rule, road)), answer in zip(asked.items(), answers, strict=True):
                frame, (cost, facility) = scenario.reached(query), _unpacked(answer)
                theirs = frame["cost"].to_numpy()
                near = STRAIGHT_M if query.metric == "straight_m" else 0.0
                wrong = np.flatnonzero(~(np.isclose(theirs, cost, rtol=0, atol=near) | (theirs == cost)))
                assert not len(wrong), (number, rule, road, frame.loc[wrong[:3]], cost[wrong[:3]])
                if query.metric != "straight_m":  # cells of one grid lie equally far from two facilities
                    assert facility == list(frame["facility_id"]), (number, rule, road)
            _same_covered(scenario, told)
            if number % WHOLE == WHOLE - 1:
                now = carecircle.reanalyze(
                    analysis, add=list(scenario.sites.values()), close=sorted(scenario.closed), surfaces=False
                )
                _same_verdicts(told, now)
        page.evaluate("() => carecircle.whatif.reset()")
        _same_verdicts({v["rule"]: v for v in page.evaluate("() => carecircle.whatif.verdicts()")}, analysis)
        seen.clean()
    return made


def _same_covered(scenario: Scenario, told: dict[str, Any]) -> None:
    """The residents whom each clause counts as covered, summed exactly from the times found afresh."""
    analysis = scenario.analysis
    assert analysis.inputs.demand is not None
    residents = analysis.inputs.demand["residents"].to_numpy()
    for verdict in analysis.verdicts:
        rule = verdict.rule_def
        if verdict.rule not in told or rule.limit is None or rule.kind == "response":
            continue
        assert verdict.people is not None
        counted = verdict.people.isin(["covered", "not_covered", "unreachable"]).to_numpy()
        within = scenario.reached(main_query(rule))["cost"].to_numpy() <= rule.limit * rule.factor
        covered = math.fsum(residents[counted & within])
        assert told[verdict.rule]["ledger"]["covered"] == covered, verdict.rule


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_embedded_county(browser: Any, root: Path, tmp_path: Path) -> None:
    made = _compare(browser, carecircle.analyze(root / "data"), tmp_path)
    assert min(made.values()) >= 10


@pytest.mark.browser
@pytest.mark.real
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_porto_alegre(browser: Any, tmp_path: Path) -> None:
    files = ("portoalegre/hexgrid.csv", "portoalegre/roads.osm.pbf")
    made = _compare(browser, carecircle.analyze(real_study("portoalegre", tmp_path, *files)), tmp_path)
    assert min(made.values()) >= 10
