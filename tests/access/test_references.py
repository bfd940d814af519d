"""Access and equity against published figures: Belo Horizonte, three tracts, Kolm–Pollak's thirty origins."""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from carecircle import access
from carecircle.access import inequality
from realdata import real

G = ["89a88cdb57bffff", "89a88cdb597ffff", "89a88cdb5b3ffff", "89a88cdb5cfffff", "89a88cd909bffff"]
F = [G[4], *G[:4]]
B = ["89a88cda64fffff", "89a88cdb027ffff", "89a88cdb12bffff", "89a88cdb287ffff", "89a88cdb67bffff"]
T = ["89a88cd900bffff", *G[:4]]

# ---- Belo Horizonte: every line of expected.csv ------------------------------------------------------------


@cache
def land() -> pd.DataFrame:
    return pd.read_csv(real("references/bho-accessibility/land_use.csv")).set_index("id")


@cache
def minutes() -> pd.DataFrame:
    pairs = pd.read_parquet(real("references/bho-accessibility/travel_matrix.parquet"))
    wide = pairs.pivot(index="from_id", columns="to_id", values="travel_time")
    return wide.reindex(index=land().index, columns=land().index).fillna(np.inf)


def cost(origins: list[str] | None = None, destinations: list[str] | None = None) -> np.ndarray[Any, Any]:
    return minutes().loc[origins or land().index, destinations or land().index].to_numpy(float)


def of(column: str, cells: list[str] | None = None) -> np.ndarray[Any, Any]:
    return land()[column].loc[cells or land().index].to_numpy(float)


def whole(measure: Any, cells: list[str], **named: Any) -> Any:
    """A catchment measure of the five cells alone."""
    return measure(cost(cells, cells), of("jobs", cells), of("population", cells), **named)


def from_few(measure: Any, cells: list[str], **named: Any) -> Any:
    """… of these origins and all destinations."""
    return measure(cost(cells), of("jobs"), of("population", cells), **named)


def reached(cells: list[str]) -> Any:
    return access.cumulative(cost(cells), of("jobs"), limit=30)


def income(cells: list[str] | None = None) -> Any:
    return of("income_per_capita", cells)


def palma(cells: list[str]) -> float:
    low, high = (inequality.weighted_quantile(income(), of("population"), q) for q in (0.4, 0.9))
    a, w = reached(cells), of("population", cells)
    return inequality.palma(a, w, income(cells), poorest=low, richest=high)


def concentration(cells: list[str], corrected: bool = False) -> float:
    a, w = reached(cells), of("population", cells)
    return inequality.concentration(a, w, income(cells), corrected=corrected)


def fgt(cells: list[str]) -> list[float]:
    a, w = reached(cells), of("population", cells)
    return [inequality.poverty(a, w, line=100_000, degree=d) for d in (0, 1, 2)]


def gini(cells: list[str]) -> float:
    return inequality.gini(reached(cells), of("population", cells))


def theil(cells: list[str]) -> float:
    return inequality.theil(reached(cells), of("population", cells), zeros=False).total


ABC = ([[15, 30, 100], [30, 15, 100], [100, 100, 15]], [100_000, 100_000, 10_000], [50_000, 150_000, 10_000])
WITHOUT = [cell for cell in F if cell != G[3]]
EXP = access.exponential(0.1)
LINES: list[tuple[str, Any]] = [
    ("0 82 408 408 109", lambda: access.cumulative(cost(F, F), of("jobs", F), limit=30)),
    ("0 5404 4552 2363 4552", lambda: access.cumulative(cost(F, F).T, of("population", F), limit=45)),
    *(
        (said, lambda n=n: access.cumulative_interval(cost(G, G), of("jobs", G), limits=range(40, n)))
        for said, n in (("82 517 517 304 0", 46), ("82 599 599 499 0", 51))
    ),
    ("47 5.8 13 43 70", lambda: access.nearest_nth(cost(G, G), supply=of("schools", G))),
    ("5.8 5.8 5.8 5.8 58", lambda: access.nearest_nth(cost(G, G).T, supply=of("population", G) > 0)),
    ("inf inf inf inf inf", lambda: access.nearest_nth(cost(G, G), n=3, supply=of("schools", G))),
    ("0.0152 0.1491 0.1491 0.1068 0", lambda: whole(access.two_step_fca, G, limit=45)),
    ("0.1108 0.1108 0.1108 0.1108 0.1108",
     lambda: whole(access.enhanced_two_step_fca, G, decay=access.everywhere())),
    ("233 195 floor", lambda: from_few(access.two_step_fca, G[:2], limit=45)),
    ("372 floor", lambda: from_few(access.two_step_fca, G[1:2], limit=45)),
    ("456.32 272.26",
     lambda: from_few(access.enhanced_two_step_fca, G[:2], decay=access.exponential(0.5))),
    ("0.0094 0.1993 0.1993 0.1147 0", lambda: whole(access.balanced_fca, G, decay=access.binary(45))),
    ("66833 133203 9963", lambda: access.spatial_availability(*ABC, decay=EXP)),
    ("362330 133722 floor", lambda: from_few(access.spatial_availability, G[:2], decay=EXP)),
    ("94 44 218 243 0", lambda: whole(access.spatial_availability, G, decay=access.everywhere())),
    ("42 6 27 6 20", lambda: whole(access.balancing_cost, B, step=1)),
    ("0.1386", lambda: [gini(F)]),
    ("0.1148", lambda: [gini(WITHOUT)]),
    ("1.0911", lambda: [palma(F)]),
    ("0.5249", lambda: [palma(WITHOUT)]),
    ("-0.0248", lambda: [concentration(F)]),
    ("-0.1314", lambda: [concentration(F, corrected=True)]),
    ("-0.1148", lambda: [concentration(WITHOUT)]),
    ("-0.8282", lambda: [concentration(WITHOUT, corrected=True)]),
    ("1 0.5588 0.3256", lambda: fgt(F)),
    ("1 0.6367 0.4129", lambda: fgt(WITHOUT)),
    ("0.0852", lambda: [theil(T)]),
    ("0.0839", lambda: [theil(T[:-1])]),
    ("1 1 1 0.25 0.125", lambda: access.power(0.5)([0, 0.5, 1, 16, 64])),
    ("1 0.75 0.5 0 0", lambda: access.linear(20)([0, 5, 10, 20, 60])),
    ("1 0.75 0.5 0.25 0",
     lambda: access.stepped({10: 1, 20: 0.75, 30: 0.5, 40: 0.25}, closed=False)([0, 10, 20, 30, 40])),
    ("1 1 0 0", lambda: access.binary(20)([10, 20, 40, 60])),
]  # fmt: skip


def lines() -> pd.DataFrame:
    return pd.read_csv(real("references/bho-accessibility/expected.csv"), dtype=str)


@pytest.mark.real
@pytest.mark.parametrize("number", range(len(LINES)))
def test_belo_horizonte(number: int) -> None:
    said, ours = LINES[number]
    line = lines().iloc[number]
    assert said.split()[: len(line["expected"].split())] == line["expected"].split()  # the line it is
    expected = np.array(line["expected"].split(), float)
    found = np.asarray(ours(), float)
    if line["decimals"] == "floor":
        found = np.floor(found)
    elif line["decimals"] != "exact":
        found = np.round(found, int(line["decimals"]))
    assert found.tolist() == expected.tolist(), line["measure"]


@pytest.mark.real
def test_every_line_is_tested() -> None:
    assert len(lines()) == len(LINES)


# ---- three tracts ------------------------------------------------------------------------------------------

TRACTS = {
    (40, 40, 80): ((0.3314441169802766, 0.5798281320669381, 7.286418169862544),
                   (0.15625658829061984, 0.4062164524508606, 9.9063518548395)),
    (20, 40, 80): ((0.4353402208763805, 0.683724235963042, 5.727976611420986),
                   (0.17381354292075435, 0.42377244008875437, 9.643002370348684)),
    (40, 20, 80): ((0.3310719131614654, 0.5778577857785778, 7.299991939492457),
                   (0.15652592741822577, 0.40637274095207443, 9.902877021057371)),
    (20, 20, 40): ((0.4425683953985841, 0.6667582799658271, 5.7405246461850234),
                   (0.1748021480798136, 0.42403550855652616, 9.631800976419234)),
}  # fmt: skip
RESIDENTS, DOCTORS = np.array([100.0, 50, 10]), np.array([15.0, 20, 100])
INVERSE = access.power(1.0)


def tracts(inward: float, outward: float, across: float) -> Any:
    return np.array([[1.0, across, inward], [across, 1.0, inward], [outward, outward, 1.0]])


@pytest.mark.parametrize("way", TRACTS)
def test_three_tracts(way: tuple[float, float, float]) -> None:
    two, three = TRACTS[way]
    near = INVERSE.within(60)
    given = tracts(*way), DOCTORS, RESIDENTS
    ours = access.enhanced_two_step_fca(*given, decay=near)
    np.testing.assert_allclose(ours, two, rtol=1e-14)
    assert RESIDENTS @ ours == pytest.approx(135, rel=1e-14)
    ours = access.three_step_fca(*given, decay=near, choice=INVERSE)
    np.testing.assert_allclose(ours, three, rtol=1e-14)
    assert RESIDENTS @ ours == pytest.approx(135, rel=1e-14)


# ---- RAAM as the equilibrium it is -------------------------------------------------------------------------


@cache
def city() -> tuple[Any, Any, Any]:
    origins = land().index[land()["population"] > 0][:80].tolist()
    schools = land().index[land()["schools"] > 0][:12].tolist()
    return cost(origins, schools), of("schools", schools), of("population", origins)


@pytest.mark.real
def test_raam_of_belo_horizonte() -> None:
    table, schools, people = city()
    found = access.raam(table, schools, people, tau=60)
    exact = [2.00008319, 1.80008319, 1.98341652, 2.05008319, 2.03341652]
    np.testing.assert_allclose(found.burden[:5], exact, atol=5e-9)
    assert np.average(found.burden, weights=people) == pytest.approx(1.2848302098211117, rel=1e-12)
    assert found.gap <= 1e-12
    assert found.users.sum() == pytest.approx(people.sum(), rel=1e-12)


# ---- Kolm–Pollak -------------------------------------------------------------------------------------------


@cache
def thirty() -> tuple[pd.DataFrame, Any]:
    folder = real("references/kolm-pollak-efl")
    people = pd.read_csv(folder / "origins.csv").set_index("id")["population"].astype(float)
    metres = pd.read_csv(folder / "distances_cartesian.csv")
    return metres.pivot(index="origin", columns="destination", values="distance").loc[people.index], people


def opened(*numbers: int) -> Any:
    return thirty()[0][[f"dest{n}" for n in numbers]].min(axis=1).to_numpy()


@pytest.mark.real
def test_kolm_pollak_published() -> None:
    metres, series = thirty()
    people = series.to_numpy()
    nearest = opened(1, 3, 4)
    alpha = inequality.kappa_of_squared_weights(nearest, people, epsilon=1)
    assert alpha == pytest.approx(0.00022764156562774166, rel=1e-14)
    part = series["orig24"] * math.exp(alpha * metres.loc["orig24", "dest6"])
    assert part == pytest.approx(8.359123688807468, rel=1e-14)
    six = opened(1, 2, 3, 4, 6, 8)
    kappa = inequality.kappa_of_squared_weights(six, people, epsilon=-1)
    assert kappa == pytest.approx(-0.0003404912083720304, rel=1e-13)
    given = inequality.kolm_pollak(six, people, kappa=-0.0003404912083720304)
    assert given == pytest.approx(171.4566587957021, rel=1e-14)
    standard = inequality.kappa_of_inequality_aversion(six, people, epsilon=1)
    assert standard == pytest.approx(0.004961485860634908, rel=1e-14)
    for epsilon, equivalent in ((-1, 184.2747454277301), (-0.5, 177.25906007781154), (0, 170.55386666666666)):
        ours = inequality.kolm_pollak(six, people, kappa=epsilon * standard)
        assert ours == pytest.approx(equivalent, rel=1e-13)
    assert inequality.gini(six, people) == pytest.approx(0.23770712622040305, rel=1e-13)


def least(kappa: float, open_: tuple[int, ...], sites: int) -> tuple[float, tuple[int, ...]]:
    """By trying all: the least equivalent with so many open, and which."""
    people = thirty()[1].to_numpy()
    rest = [n for n in range(1, 11) if n not in open_]
    sets = [(*open_, *more) for more in itertools.combinations(rest, sites - len(open_))]
    return min((inequality.kolm_pollak(opened(*s), people, kappa=kappa), tuple(sorted(s))) for s in sets)


@pytest.mark.real
def test_kolm_pollak_of_the_best_sites() -> None:
    people = thirty()[1].to_numpy()
    alpha = inequality.kappa_of_squared_weights(opened(1, 3, 4), people, epsilon=-1)
    kappa = -0.0003404912083720304
    best, sites = least(kappa, (1, 3, 4), 6)
    assert (sites, round(best, 9)) == ((1, 2, 3, 4, 6, 8), round(171.4566587957021, 9))
    assert least(0.0, (1, 3, 4), 6)[0] == pytest.approx(170.55386666666666)
    assert least(alpha, (1, 3, 4), 5)[0] > 190 >= least(alpha, (1, 3, 4), 6)[0]
    free = inequality.kappa_of_squared_weights(opened(*range(1, 11)), people, epsilon=-1)
    assert least(free, (), 2)[0] > 250 >= least(free, (), 3)[0]
