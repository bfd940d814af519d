"""200 random what-ifs on a town of one-way streets: the page's chains have the analysis's doubles."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import carecircle
from carecircle.analysis import Scenario
from carecircle.analysis.asking import Asker, joined, serving_in
from carecircle.analysis.changed import changed_inputs
from carecircle.outputs.map.gap_map import _within_budget
from carecircle.outputs.map.pack import page_json
from carecircle.rules import Leg, ReachQuery, Verdict
from carecircle.rules.language.query import main_query
from chainworlds import RULE
from worlds import PLAN, box, east, street_study, write_csv, write_features

MOVES, WHOLE = 200, 20
"""Every move is compared with `carecircle.reach`, every twentieth with a whole `carecircle.reanalyze`."""
RULES = RULE.replace("limit = 31", "limit = 20.2") + RULE.replace("S3", "S4").replace(
    'categories = ["社区卫生服务中心"]\n', "mustering = true\n"
).replace("limit = 31", "limit = 19")
STAGES = "[emergency]\ncall_min = 1.25\nscene_min = 7.5\n"


def town(folder: Path, rng: Any) -> carecircle.Analysis:
    """Seven by seven crossings, every third street one-way, 60 homes, three stations, three hospitals."""
    spots = [(x * 700.0, y * 700.0) for x in range(7) for y in range(7)]
    streets = []
    for a in spots:
        for b in ((a[0] + 700, a[1]), (a[0], a[1] + 700)):
            if b in spots and rng.random() < 0.92:
                kind = str(rng.choice(["residential", "tertiary", "secondary"]))
                one_way = {"oneway": "yes"} if rng.random() < 0.33 else {}
                line = [list(east(*p)) for p in ((a, b) if rng.random() < 0.5 else (b, a))]
                streets.append(("LineString", line, {"highway": kind, **one_way}))
    area = {"area_id": "000000", "name": "镇"}

    def somewhere() -> dict[str, float]:
        lon, lat = east(*rng.uniform(0, 4200, 2).tolist())
        return {"lon": lon, "lat": lat}

    study = street_study(folder, extra=STAGES)
    write_features(folder / "roads.geojson", streets)
    write_features(folder / "county.geojson", [("Polygon", box(-500, -500, 4700, 4700), area)])
    rows = [
        {"facility_id": f"s{i}", "name": f"站{i}", "category": "急救中心（站）", **somewhere(),
         "turnout_min": (2, 0.7, "")[i], "ambulances": (1, "", 2)[i]} for i in range(3)
    ]  # fmt: skip
    rows += [
        {"facility_id": f"h{i}", "name": f"院{i}", "category": "社区卫生服务中心", **somewhere(),
         "turnout_min": "", "ambulances": ""} for i in range(3)
    ]  # fmt: skip
    write_csv(folder / "facilities.csv", rows)
    homes = [{"demand_id": f"d{i}", "population": int(rng.integers(1, 90)), **somewhere()} for i in range(60)]
    write_csv(folder / "residents.csv", homes)
    (folder / "plan.toml").write_text(PLAN.split("[[rule]]")[0] + RULES, encoding="utf-8")
    return carecircle.analyze(study)


def moves_of(analysis: carecircle.Analysis, rng: Any) -> tuple[list[Any], list[tuple[list[Any], list[str]]]]:
    """Random changes as the page takes them, and what is added and closed after each."""
    sites: dict[str, dict[str, Any]] = {}
    closed: set[str] = set()
    ids = list(analysis.inputs.facilities["facility_id"])
    made, states = [], []
    for number in range(MOVES):
        lon, lat = (round(v, 7) for v in east(*rng.uniform(0, 4200, 2).tolist()))
        act = str(rng.choice(["add", "move", "remove", "toggle"], p=[0.35, 0.25, 0.15, 0.25]))
        if act in ("move", "remove") and not sites:
            act = "add"
        if act == "add":
            kind = str(rng.choice(["急救中心（站）", "社区卫生服务中心"]))
            site = {"facility_id": f"new-{number:03}", "name": "新", "category": kind, "lon": lon, "lat": lat}
            sites[site["facility_id"]] = site
            made.append(["add", [{**site, "id": site["facility_id"], "designations": []}]])
        elif act == "toggle":
            chosen = ids[int(rng.integers(len(ids)))]
            closed ^= {chosen}
            made.append(["toggle", [chosen]])
        else:
            chosen = sorted(sites)[int(rng.integers(len(sites)))]
            if act == "move":
                sites[chosen] = {**sites[chosen], "lon": lon, "lat": lat}
                made.append(["move", [chosen, lon, lat]])
            else:
                del sites[chosen]
                made.append(["remove", [chosen]])
        states.append(([dict(s) for s in sites.values()], sorted(closed)))
    return made, states


def on_the_page(root: Path, analysis: carecircle.Analysis, moves: list[Any]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node absent: the page's scripts are tested where it is installed (version 20 or newer)")
    page = _within_budget(analysis, ())
    texts = {**page.texts, **page.roads}
    handed = json.dumps({"data": json.loads(page_json(page.data)), "texts": texts, "moves": moves,
                         "rules": ["S3", "S4"]})  # fmt: skip
    done = subprocess.run(
        [node, "tests/page/moves.mjs"],
        cwd=root,
        input=handed,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_the_page_has_the_chains_doubles(root: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(17)
    analysis = town(tmp_path, rng)
    moves, states = moves_of(analysis, rng)
    asker = Asked(analysis)
    turned = set()
    for number, (said, (add, close)) in enumerate(
        zip(on_the_page(root, analysis, moves), states, strict=True)
    ):
        told = {v["rule"]: v for v in said["verdicts"]}
        for verdict in analysis.verdicts:
            same_answers(said["reached"][verdict.rule], verdict, asker.frame(verdict, add, close), analysis)
            turned.add((verdict.rule, told[verdict.rule]["outcome"]))
        if number % WHOLE == WHOLE - 1:
            now = carecircle.reanalyze(analysis, add=add, close=close, surfaces=False)
            for verdict in now.verdicts:
                frame = now.reached[query_of(verdict)]
                same_answers(said["reached"][verdict.rule], verdict, frame, now)
                same_verdict(told[verdict.rule], verdict)
                same_stages(said["stages"][verdict.rule], said["reached"][verdict.rule]["cost"], verdict, now)
    assert len(turned) == 4  # each of the two is met at times and missed at others


def query_of(verdict: Verdict) -> ReachQuery:
    query = main_query(verdict.rule_def)
    assert query is not None
    return query


class Asked:
    """Chains answered afresh by `carecircle.reach`, each leg again where others serve it than before."""

    def __init__(self, analysis: carecircle.Analysis) -> None:
        self.analysis = analysis
        self.found: dict[Leg, tuple[Any, pd.DataFrame]] = {}

    def frame(self, verdict: Verdict, add: list[Any], close: list[str]) -> pd.DataFrame:
        inputs = changed_inputs(self.analysis.inputs, Scenario(add=add, close=close))
        asker = Asker(inputs, self.analysis.reaches)
        legs = []
        for leg in query_of(verdict).legs:
            serving = serving_in(inputs, leg)
            key = [(f, p.x, p.y) for f, p in zip(serving["facility_id"], serving.geometry, strict=True)]
            if leg not in self.found or self.found[leg][0] != key:
                self.found[leg] = key, asker.reach(ReachQuery(legs=[leg]), serving)
            legs.append(self.found[leg][1])
        return joined(legs)


def same_answers(
    said: dict[str, Any], verdict: Verdict, frame: pd.DataFrame, now: carecircle.Analysis
) -> None:
    """Minutes and station of every home, to the last bit."""
    stages = now.study.emergency
    passing = stages.call_min + stages.dispatch_min + (stages.scene_min if verdict.rule == "S3" else 0.0)
    assert [math.inf if c is None else c for c in said["cost"]] == (frame["cost"] + passing).tolist()
    assert said["facility"] == list(frame["facility_id"])


def same_verdict(said: dict[str, Any], verdict: Verdict) -> None:
    assert verdict.ledger is not None
    assert said["ledger"] == verdict.ledger.to_dict()
    assert (said["outcome"], said["observed"]) == (verdict.outcome.value, verdict.observed)
    assert said["margin"] == verdict.margin


def same_stages(said: Any, cost: Any, verdict: Verdict, now: carecircle.Analysis) -> None:
    """Each home's stages add up to its minutes; over all homes they are the verdict's own."""
    assert all(
        sum(m for _, m in parts) == pytest.approx(c) for parts, c in zip(said, cost, strict=True) if parts
    )
    assert [bool(parts) for parts in said] == [c is not None for c in cost]
    weight = now.inputs.demand["residents"].to_numpy()  # type: ignore[index]
    for part in verdict.stages:
        name = "muster" if verdict.rule == "S4" and part.name == "turnout" else part.name
        known = [(w, dict(parts)[name]) for w, parts in zip(weight, said, strict=True) if parts]
        assert sum(w * m for w, m in known) / sum(w for w, _ in known) == pytest.approx(part.minutes)
