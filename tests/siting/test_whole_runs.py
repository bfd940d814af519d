"""Best 1, 3 and 5 sites, on real streets and in the county: told, re-judged, run afresh, all equal."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import carecircle
from carecircle.outputs.siting import write_siting
from carecircle.siting.problem import costs
from carecircle.siting.remedy import made, site
from carecircle.siting.result import SitingResult
from realdata import ROOT
from realstudy import STUDIES, real_study

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow


def one_rule(plan: Path, rule: str) -> str:
    """A plan's own text with a single rule left: fresh runs then take seconds."""
    head, *rules = plan.read_text(encoding="utf-8").split("[[rule]]")
    (mine,) = [r for r in rules if f'id = "{rule}"' in r]
    alone = "\n".join(line for line in mine.splitlines() if not line.startswith("alternatives"))
    return f"{head}[[rule]]{alone}\n"


def coarse(study: Path) -> Path:
    """The study with a coarse surface: it is drawn in every run and nothing here looks at it."""
    text = study.read_text(encoding="utf-8").replace("surface_cell_m = 100", "surface_cell_m = 2000")
    text += "" if "[outputs]" in text else "\n[outputs]\nsurface_cell_m = 2000\n"
    study.write_text(text, encoding="utf-8")
    return study


def with_sites(study: Path, found: SitingResult, folder: Path) -> Path:
    """The study file once more, with the chosen sites as a table of its own."""
    table = found.moves[["facility_id", "name", "category", "lon", "lat"]]
    table.to_csv(folder / "sites.csv", index=False, encoding="utf-8")
    text = study.read_text(encoding="utf-8")
    fresh = study.with_name("with_sites.toml")
    more = f'[[more_facilities]]\npath = "{(folder / "sites.csv").as_posix()}"\n\n[residents]'
    fresh.write_text(text.replace("[residents]", more, 1), encoding="utf-8")
    return fresh


def covered(analysis: carecircle.Analysis) -> float:
    (verdict,) = analysis.verdicts
    assert verdict.ledger is not None
    return verdict.ledger.covered


def told_rejudged_and_run_afresh(
    before: carecircle.Analysis, study: Path, rule: str, folder: Path, *, spacing_m: float
) -> list[float]:
    gains = []
    for sites in (1, 3, 5):
        found = site(before, clauses=[rule], sites=sites, spacing_m=spacing_m, alternatives=0)
        assert found.status == "optimal"
        assert found.best is not None
        assert found.best.worth == found.best.bound
        assert len(found.moves) == sites
        assert found.moves["newly_covered"].is_monotonic_decreasing
        told = math.fsum(found.moves["newly_covered"])
        assert found.after is not None
        rejudged = covered(found.after) - covered(before)
        afresh = covered(carecircle.analyze(with_sites(study, found, folder))) - covered(before)
        assert rejudged == afresh
        assert told == pytest.approx(rejudged, rel=1e-12)
        assert math.fsum(found.allocation["residents"]) == pytest.approx(told, rel=1e-12)
        gains.append(told)
    assert gains == sorted(gains)
    return gains


@pytest.mark.real
def test_porto_alegre(tmp_path: Path) -> None:
    real_study("portoalegre", tmp_path, "portoalegre/hexgrid.csv", "portoalegre/roads.osm.pbf")
    (tmp_path / "plan.toml").write_text(
        one_rule(STUDIES / "portoalegre" / "plan.toml", "X2.walk"), encoding="utf-8"
    )
    study = coarse(tmp_path / "study.toml")
    gains = told_rejudged_and_run_afresh(carecircle.analyze(study), study, "X2", tmp_path, spacing_m=1)
    assert all(float(g).is_integer() for g in gains)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The embedded county with one rule: 15 minutes on foot."""
    folder = tmp_path_factory.mktemp("county")
    text = (ROOT / "data" / "study.toml").read_text(encoding="utf-8")
    for name in ("boundaries", "facilities", "population", "roads"):
        text = text.replace(f'"{name}/', f'"{(ROOT / "data" / name).as_posix()}/')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "plan.toml").write_text(one_rule(ROOT / "data" / "plan.toml", "B1.circle"), encoding="utf-8")
    return coarse(folder / "study.toml")


@pytest.fixture(scope="module")
def before(county: Path) -> carecircle.Analysis:
    return carecircle.analyze(county)


def test_the_county(before: carecircle.Analysis, county: Path, tmp_path: Path) -> None:
    told_rejudged_and_run_afresh(before, county, "B1", tmp_path, spacing_m=500)


def test_the_county_cannot_be_covered_whole_and_says_who(before: carecircle.Analysis) -> None:
    found = site(before, clauses=["B1"], target=1.0)
    assert found.status == "infeasible"
    (why,) = found.impossible
    need = found.problem.needs[0]
    demand = before.inputs.demand
    listed = demand[demand["demand_id"].isin(why.out_of_reach)]
    # The check, in few lines: no move reaches anybody listed, and everybody else can be reached.
    moves = found.problem.moves
    assert costs(before, need.query, listed, moves, limit=need.limit).nnz == 0
    others = demand.iloc[need.open_rows]
    others = others[~others["demand_id"].isin(why.out_of_reach) & (others["residents"] > 0)]
    reach = costs(before, need.query, others, moves, limit=need.limit)
    assert (np.diff(reach.indptr) > 0).all()
    assert why.best_share == pytest.approx(1 - listed["residents"].sum() / need.in_scope)
    assert sum(c.residents for c in why.certificate) > (1 - why.target) * why.in_scope
    possible = site(before, clauses=["B1"], target=math.floor(why.best_share * 1000) / 1000, alternatives=0)
    assert possible.status == "optimal"


@pytest.mark.browser
def test_the_map_opens_offline(before: carecircle.Analysis, browser: Browser, tmp_path: Path) -> None:
    found = site(before, clauses=["B1"], sites=3)
    write_siting(found, tmp_path)
    page = (tmp_path / "siting_map.html").resolve()
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        tab = context.new_page()
        complaints: list[str] = []
        tab.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda e: complaints.append(str(e)))
        tab.on(
            "request", lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url)
        )
        tab.goto(page.as_uri())
        tab.wait_for_function("window.carecircle_siting !== undefined")
        assert tab.locator(".cs-rank").count() == 3
        rows = tab.locator("[data-cc=sites] tbody tr")
        assert rows.count() == 3
        shown = [int(rows.nth(i).locator("td").nth(3).inner_text().replace(",", "")) for i in range(3)]
        assert shown == [round(g) for g in found.moves["newly_covered"]]
        tab.get_by_role("button", name="现状").click()
        assert tab.locator(".cs-rank").count() == 0
        assert complaints == []


def test_a_table_of_sites_is_what_run_with_takes(before: carecircle.Analysis, tmp_path: Path) -> None:
    from carecircle.inputs.sites import read_sites

    found = site(before, clauses=["B1"], sites=1, alternatives=0)
    found.moves[["facility_id", "name", "category", "lon", "lat"]].to_csv(tmp_path / "s.csv", index=False)
    add, close = read_sites(tmp_path / "s.csv")
    assert close == []
    assert covered(carecircle.reanalyze(before, add=add)) == covered(made(before, found.moves))
    assert pd.Series(add["category"]).tolist() == found.moves["category"].tolist()
