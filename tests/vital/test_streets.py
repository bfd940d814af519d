"""The most vital streets are those that deleting each street in turn finds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import campaign
from carecircle import Outcome, Scenario, reanalyze
from carecircle.analysis import Analysis
from carecircle.reach.hanging import Hanging
from carecircle.reach.roads import Roads
from carecircle.siting.effort import Effort
from carecircle.siting.needs import needs_of
from carecircle.vital.streets import hangs_on_roads, labels, vital_streets
from reach_town import edge_frame, grid, places
from vitaltowns import town


def by_deletion(analysis: Analysis, rule: str) -> dict[int, tuple[float, bool]]:
    """For each street: residents who lose cover, and whether the rule breaks, by judging all again."""
    before = next(v for v in analysis.verdicts if v.rule == rule)
    people = analysis.inputs.demand["residents"].to_numpy(float)  # type: ignore[index]
    groups: dict[int, list[int]] = {}
    for edge, label in labels(analysis.networks.values()).items():
        groups.setdefault(label, []).append(edge)
    found = {}
    for label, edges in groups.items():
        after = reanalyze(analysis, scenario=Scenario(closed_edges=edges), surfaces=False)
        then = next(v for v in after.verdicts if v.rule == rule)
        lost = (before.people == "covered") & (then.people != "covered")
        broken = before.outcome is Outcome.PASS and then.outcome is not Outcome.PASS
        found[label] = math.fsum(people[lost.to_numpy()]), broken
    return found


def agrees(analysis: Analysis, most: int) -> int:
    """Hold that the answer is that of deletion; how many streets cost somebody their cover."""
    count = 0
    for verdict in analysis.verdicts:
        if not hangs_on_roads(analysis, verdict):
            continue
        truth = by_deletion(analysis, verdict.rule)
        found = vital_streets(analysis, verdict, Effort(time_limit=math.inf).begin(), most=most)
        told = {s.edge_ids[0]: s for s in found.streets}
        worth = sorted((lost for lost, _ in truth.values() if lost > 0), reverse=True)
        assert [s.residents for s in found.streets][:most] == pytest.approx(worth[:most])
        for label, (lost, broken) in truth.items():
            if label in told:
                assert told[label].residents == pytest.approx(lost)
                assert told[label].breaks == broken
            else:
                assert not broken
                assert lost <= found.most_unseen + 1e-9 or lost == 0
        assert found.finished
        count += len(worth)
    return count


@pytest.mark.parametrize("seed", range(3))
def test_the_most_vital_street_is_that_of_deletion(seed: int, tmp_path: Path) -> None:
    assert agrees(town(tmp_path, seed), most=2) > 0


@pytest.mark.campaign
@pytest.mark.parametrize("seed", campaign.of(range(3, 50), 3))
def test_in_fifty_towns(seed: int, tmp_path: Path) -> None:
    agrees(town(tmp_path, seed, side=5), most=3)


@pytest.mark.parametrize("seed", range(12))
def test_no_street_that_no_way_uses_can_matter(seed: int) -> None:
    """The bounds by tree and by search, against a network built without the street: every street, exactly."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 2000, (9, 2)).round(1)
    pairs = sorted({tuple(sorted(rng.choice(9, 2, replace=False))) for _ in range(12)})
    lines = [[tuple(points[a]), tuple(points[b])] for a, b in pairs]
    seconds = rng.integers(20, 400, len(lines)).astype(float)
    frame = edge_frame(
        lines, seconds=seconds, metres=[math.dist(*line) for line in lines],
        both=(rng.random(len(lines)) > 0.2).tolist(),
    )  # fmt: skip
    from carecircle.reach.network.model import Network

    network = Network.from_edges(frame, mode="walk", access_speed_kph=3.6)
    demand = places([tuple(p) for p in rng.uniform(0, 2000, (25, 2))])
    facilities = places([tuple(p) for p in rng.uniform(0, 2000, (2, 2))], prefix="f")
    for direction in ("to_facility", "from_facility"):
        hanging = Hanging(Roads(network), demand, facilities, direction=direction)  # type: ignore[arg-type]
        for street in range(network.streets):
            ids = network.edge_id[network.street == street]
            closed = Roads(network.without(ids)).nearest(demand, facilities, direction=direction)  # type: ignore[arg-type]
            cost = closed["cost"].to_numpy(float)
            worse = np.isfinite(hanging.cost) & ~(cost <= hanging.cost + 1e-9)
            most = hanging.without(street)
            assert (~worse | (most >= cost - 1e-9)).all()
            if hanging.exact(street):
                assert most == pytest.approx(cost)
            weights = rng.uniform(1, 9, len(demand))
            assert math.fsum(weights[worse]) <= hanging.used(weights)[street] + 1e-6


def test_a_grid_has_no_vital_street_and_a_lane_has_one() -> None:
    """By hand: in a grid everybody has a way round; at the end of a lane nobody has."""
    network = grid(4, 4)
    demand, facilities = places([(1200, 1200)]), places([(0, 0)], prefix="f")
    hanging = Hanging(Roads(network), demand, facilities)
    assert all(
        hanging.without(s)[0] == pytest.approx(hanging.cost[0])
        for s in range(network.streets) if hanging.exact(s)
    )  # fmt: skip


def test_a_street_that_cuts_off_a_small_piece_moves_those_on_it() -> None:
    """A clinic on a piece of 800 m behind a bridge: without the bridge the piece is no place to stand on."""
    lines = [[(0, 0), (2000, 0)], [(2000, 0), (2400, 0)], [(2400, 0), (3200, 0)]]
    frame = edge_frame(lines, seconds=[400, 80, 160], metres=[2000, 400, 800], both=[True] * 3)
    from carecircle.reach.network.model import Network

    network = Network.from_edges(frame, mode="walk", access_speed_kph=3.6)
    hanging = Hanging(Roads(network), places([(2700, 0), (100, 0)]), places([(2900, 0)], prefix="f"))
    bridge = int(network.street[network.edge_id == 2][0])
    assert not hanging.exact(bridge)
    used = hanging.used(np.array([5.0, 7.0]))
    assert used[bridge] >= 12.0
    closed = Roads(network.without([2, 3])).nearest(places([(2700, 0)]), places([(2900, 0)], prefix="f"))
    assert closed["status"].tolist() != ["reached"]  # though he and the clinic stand on one street


def test_time_that_ends_first_is_told(tmp_path: Path) -> None:
    analysis = town(tmp_path, 0)
    verdict = next(v for v in analysis.verdicts if hangs_on_roads(analysis, v))
    found = vital_streets(analysis, verdict, Effort(time_limit=0.0).begin())
    assert (found.streets, found.finished) == ((), False)
    assert found.most_unseen > 0


def test_a_straight_line_hangs_on_no_street(tmp_path: Path) -> None:
    analysis = town(tmp_path, 1)
    for verdict in analysis.verdicts:
        assert hangs_on_roads(analysis, verdict)
        need = needs_of(analysis, [verdict.rule])[0]
        assert isinstance(analysis.reach_of(need.query), Roads)
