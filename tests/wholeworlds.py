"""Small worlds of mixed clauses and moves of every kind: so few moves that every set can be tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
from shapely.geometry import Point, box

from carecircle.analysis import Analysis
from carecircle.analysis.asking import Asker, reaches_of
from carecircle.analysis.run import _ask, _conclude
from carecircle.rules import Verdict
from carecircle.siting.whole.judging import Judge
from carecircle.siting.whole.offers import Move
from carecircle.study.mending import Mending, Offered
from carecircle.texts import Sentence
from ruleworlds import CRS, areas_of, demand_of, facilities_of, inputs_of, plan_of

CENTRE, STATION, HOSPITAL, CLINIC = "社区卫生服务中心", "急救中心（站）", "综合医院", "乡镇卫生院"
WEST, SOUTH = 500_000, 3_400_000
"""Where the world lies in its CRS: by the central meridian, in China."""


def _rules(rng: np.random.Generator, residents: float, beds: float) -> list[dict[str, Any]]:
    share = lambda: float(rng.choice([0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))  # noqa: E731
    radius = {"kind": "radius", "metric": "straight_m", "limit_unit": "km", "target_source": "plan"}
    every = [
        {"id": "station", **radius, "categories": [STATION], "limit": 1.4, "target": share()},
        {"id": "centre", **radius, "categories": [CENTRE], "limit": 0.9, "target": share()},
        {"id": "two", **radius, "categories": [STATION, HOSPITAL], "limit": 2.1, "target": share(), "nth": 2},
        {"id": "towns", "kind": "presence", "categories": [CLINIC, HOSPITAL], "by": "town", "target": share(),
         "each": {"attribute": "facilities", "comparison": ">=", "value": 1}, "modality": "binding"},
        {"id": "beds", "kind": "count", "categories": ["医院"], "numerator": "beds",
         "target": beds + float(rng.choice([0, 30, 60]))},
        {"id": "cars", "kind": "ratio", "numerator": "ambulances", "denominator": "residents", "per": 1000,
         "target": float(rng.choice([1, 2, 3])) * 1.5, "modality": "expected"},
        {"id": "rooms", "kind": "share", "categories": [HOSPITAL], "has": ["急诊科"], "target": share()},
        {"id": "load", "kind": "load", "categories": [CENTRE], "comparison": "between",
         "target": [residents / 4, residents / float(rng.choice([1, 2, 3]))]},
        {"id": "band", "kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000,
         "comparison": "between", "target": [beds / residents * 1000 * 0.8, beds / residents * 1000 * 1.3]},
        {"id": "classes", "kind": "ratio", "categories": [HOSPITAL, CLINIC], "per_class": True,
         "numerator": "nurses", "denominator": "beds", "target": float(rng.choice([0.4, 0.6]))},
    ]  # fmt: skip
    count = int(rng.integers(3, 7))
    return [every[i] for i in sorted(rng.choice(len(every), count, replace=False))]


def _towns() -> gpd.GeoDataFrame:
    return areas_of(
        *(
            {"area_id": f"t{n}", "name": f"镇{n}镇", "level": "town",
             "geometry": box(WEST + 1000 * n, SOUTH, WEST + 1000 * n + 1000, SOUTH + 1000)}
            for n in range(3)
        )
    )  # fmt: skip


def _facilities(rng: np.random.Generator) -> list[dict[str, Any]]:
    kinds = [STATION, CENTRE, HOSPITAL, HOSPITAL, CLINIC]
    found = []
    for number, kind in enumerate(kinds, 1):
        if number in (2, 4, 5) and rng.random() < 0.3:
            continue
        x, y = rng.integers(0, 30) * 100, rng.integers(0, 10) * 100
        figures: dict[str, Any] = {"beds": float(rng.integers(2, 9) * 10),
                                   "nurses": float(rng.integers(5, 40)),
                                   "ambulances": float(rng.integers(0, 3))}  # fmt: skip
        if kind in (STATION, CENTRE):
            figures = {"ambulances": float(rng.integers(0, 3)), "beds": 0.0, "nurses": 3.0}
        found.append(
            {"facility_id": f"f{number}", "category": kind, "area_id": f"t{int(min(x, 2999) // 1000)}",
             "designations": ("急诊科",) if rng.random() < 0.4 else (),
             "attributes": figures, "geometry": Point(WEST + x, SOUTH + y)}
        )  # fmt: skip
    return found


def _place(rng: np.random.Generator, homes: Sequence[Point]) -> tuple[float, float]:
    """Near where somebody lives."""
    home = homes[int(rng.integers(len(homes)))]
    x = min(max(home.x + float(rng.integers(-3, 4)) * 100, WEST), WEST + 2999)
    y = min(max(home.y + float(rng.integers(-3, 4)) * 100, SOUTH), SOUTH + 999)
    there = gpd.GeoSeries([Point(x, y)], crs=CRS).to_crs(4326).iloc[0]
    return float(there.x), float(there.y)


def _offers(rng: np.random.Generator, ids: Sequence[str], homes: Sequence[Point], most: int) -> list[Offered]:
    price = lambda: float(rng.integers(1, 9))  # noqa: E731
    some = lambda: str(rng.choice(list(ids)))  # noqa: E731
    hospitals = [i for i in ids if i in ("f3", "f4")]
    found = []
    while len(found) < most:
        kind = str(
            rng.choice(["open", "open", "open", "upgrade", "extend", "extend", "move", "merge", "close"])
        )
        row: dict[str, Any] = {"kind": kind, "price": price(), "running": float(rng.choice([0, 0, 1]))}
        if kind == "open":
            row |= {
                "category": str(rng.choice([STATION, CENTRE, CLINIC, HOSPITAL])),
                "to": [_place(rng, homes)],
                "attributes": {"beds": 20.0, "nurses": 12.0, "ambulances": float(rng.integers(0, 3))},
            }
        elif kind == "upgrade":
            row |= {
                "facilities": [some()],
                "category": str(rng.choice([HOSPITAL, CENTRE])),
                "designations": ["急诊科"],
            }
        elif kind == "extend":
            row |= {
                "facilities": [some()],
                "attributes": {str(rng.choice(["beds", "ambulances", "nurses"])): 20.0},
            }
            if rng.random() < 0.4:
                row |= {"designations": ["急诊科"]}
        elif kind == "move":
            row |= {"facilities": [some()], "to": [_place(rng, homes)]}
        elif kind == "merge":
            one, into = some(), str(rng.choice(hospitals))
            if one == into:
                continue
            row |= {"facilities": [one], "into": into}
        else:
            row |= {"facilities": [some()], "price": float(rng.integers(0, 2))}
        if rng.random() < 0.2:
            row["first_year"] = 2027
        found.append(Offered.model_validate(row))
    return found


@dataclass(frozen=True)
class World:
    """A study, what may be done, and how it is asked."""

    analysis: Analysis
    offers: list[Offered]
    mending: Mending


def _silent(_: Sentence) -> None:
    """Nobody listens."""


def world(seed: int) -> World:
    """The world of a seed."""
    rng = np.random.default_rng(seed)
    people = []
    for n in range(int(rng.integers(6, 14))):
        x, y = rng.integers(0, 30) * 100, rng.integers(0, 10) * 100
        town, count = f"t{int(min(x, 2999) // 1000)}", float(rng.integers(1, 20) * 10)
        people.append({"residents": count, "area_id": town,
                       "geometry": Point(WEST + x, SOUTH + y), "demand_id": f"d{n}"})  # fmt: skip
    rows = _facilities(rng)
    residents = sum(p["residents"] for p in people)
    beds = sum(r["attributes"]["beds"] for r in rows if r["category"] == HOSPITAL)
    inputs = inputs_of(
        demand=demand_of(*people), facilities=facilities_of(*rows), areas=_towns(),
        region=box(WEST, SOUTH, WEST + 3000, SOUTH + 1000), roads=False,
    )  # fmt: skip
    plan = plan_of(*_rules(rng, residents, beds))
    asker = Asker(inputs, reaches_of(inputs, {}))
    answers = _ask(plan, asker, {}, {}, _silent)
    analysis = _conclude(plan, inputs, {}, {}, answers, known_surfaces={}, tell=_silent)
    offers = _offers(
        rng, [r["facility_id"] for r in rows], [p["geometry"] for p in people], int(rng.integers(3, 6))
    )
    offers = [o for o in offers if not _pointless(o, rows)]
    money = rng.random()
    budget = (3.0, 5.0, 4.0) if money < 0.4 else (100.0, 0.0) if money < 0.6 else ()
    return World(analysis, offers, Mending(budget=budget, first_year=2026 if budget else None))


def _pointless(offer: Offered, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a move would be refused: it changes nothing."""
    own = [r for r in rows if r["facility_id"] in offer.facilities]
    if offer.kind == "upgrade":
        return any(r["category"] == offer.category and "急诊科" in r["designations"] for r in own)
    return False


def sets_of(moves: Sequence[Move]) -> Iterator[tuple[Move, ...]]:
    """Every set of moves that go together, said anew: nothing beside the end of a facility, no second place
    or second upgrade."""
    for size in range(len(moves) + 1):
        for own in itertools.combinations(moves, size):
            ended = [m.facilities[0] for m in own if m.kind in ("close", "merge")]
            touched = [f for m in own for f in m.facilities]
            if any(touched.count(f) > 1 for f in ended):
                continue
            twice = [(m.kind, m.facilities[0]) for m in own if m.kind in ("move", "upgrade")]
            if len(set(twice)) == len(twice):
                yield own


def held(judge: Judge, moves: Sequence[Move]) -> dict[str, bool]:
    """Of each clause whether it holds with some moves made."""
    return {r: _met(v) for r, v in judge.verdicts(moves).items()}


def _met(verdict: Verdict) -> bool:
    return verdict.surplus or verdict.outcome.value == "PASS"
