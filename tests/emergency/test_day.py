"""Days of calls simulated on the embedded county: what `by_busy` says of the response, and what it misses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from carecircle.analysis.asking import Asker, reaches_of, servings_in
from carecircle.emergency.made import busy_share
from carecircle.emergency.response import response, static
from carecircle.inputs.load import load_inputs
from carecircle.reach.network.model import Network
from carecircle.rules import Leg, ReachQuery
from carecircle.study import load_study

COUNTY = Path(__file__).resolve().parents[2] / "data"
Floats = npt.NDArray[np.float64]
UNITS_A_STATION = 2
DAYS = 1200
STATED = 0.05
"""The error that the manual states of the mean, relative."""
SCENE_MIN, HANDOVER_MIN, BROUGHT = 10.0, 15.0, 0.8


@pytest.fixture(scope="module")
def county() -> tuple[Floats, Floats, Floats]:
    """Minutes [places, units] from call to arrival, turn-out in them; residents; the ways alone."""
    inputs: Any = load_inputs(load_study(COUNTY))
    network = Network.from_edges(inputs.edges, mode="ambulance")
    leg = Leg(("急救中心（站）",), mode="ambulance", direction="from_facility", start="turnout", every=True)
    frame = Asker(inputs, reaches_of(inputs, {"ambulance": network})).reach(
        ReachQuery(legs=[leg]), *servings_in(inputs, ReachQuery(legs=[leg]))
    )
    ways = frame[[c for c in frame.columns if str(c).startswith("every_")]].to_numpy(float)
    people = inputs.demand["residents"].to_numpy(float)
    known = np.isfinite(ways).all(axis=1) & (people > 0)
    minutes = np.repeat(ways[known], UNITS_A_STATION, axis=1)
    return minutes + 1.0, people[known], minutes - 1.0


def simulated(county: tuple[Floats, Floats, Floats], calls_a_min: float, seed: int) -> tuple[float, float]:
    """Mean response and busy share of so many days: the nearest free unit goes, calls wait in line."""
    minutes, people, way = county
    rng = np.random.default_rng(seed)
    horizon, units = DAYS * 1440.0, minutes.shape[1]
    count = rng.poisson(calls_a_min * horizon)
    at = np.sort(rng.random(count) * horizon)
    place = rng.choice(len(people), count, p=people / people.sum())
    scene = rng.gamma(2.0, SCENE_MIN / 2, count) + np.where(
        rng.random(count) < BROUGHT, rng.gamma(2.0, HANDOVER_MIN / 2, count), 0.0
    )
    nearest, costs, ways = (table.tolist() for table in (np.argsort(minutes, kind="stable"), minutes, way))
    free = [0.0] * units
    taken, busy = np.zeros(count), 0.0
    for call, (rings, where, spent) in enumerate(
        zip(at.tolist(), place.tolist(), scene.tolist(), strict=True)
    ):
        unit = next((u for u in nearest[where] if free[u] <= rings), None)
        if unit is None:
            unit = free.index(min(free))
        start = max(rings, free[unit])
        service = 1.0 + ways[where][unit] * (2 + BROUGHT) + spent
        free[unit] = start + service
        taken[call] = start - rings + costs[where][unit]
        busy += service
    return float(taken.mean()), busy / horizon / units


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6])
def test_simulated_calls_stay_within_the_stated_error(
    county: tuple[Floats, Floats, Floats], share: float
) -> None:
    minutes, people, _ = county
    units = minutes.shape[1]

    def service(answered_min: float) -> float:
        return 1.0 + (answered_min - 2.0) * (2 + BROUGHT) + SCENE_MIN + BROUGHT * HANDOVER_MIN

    told = response(minutes, people, busy_share=share, service_min=service)
    calls = share * units / told.service_min
    assert busy_share(minutes, people, calls_a_min=calls, service=service) == pytest.approx(share, rel=0.02)
    happened, busy = simulated(county, calls, seed=20)
    assert busy == pytest.approx(share, rel=STATED)
    assert happened == pytest.approx(told.mean, rel=STATED)
    floor = static(minutes, people)[0]
    assert floor < happened
    if share == 0.6:
        assert happened - floor > STATED * happened
