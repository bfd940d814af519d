"""Networks: streets from rows, saved copies, scenarios, surfaces."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

import drawn
import reach_town as town
from carecircle.errors import CapacityError, InputError, UsageError
from carecircle.reach.graph._streets import hilbert_rank, pair_streets
from carecircle.reach.network import store
from carecircle.reach.network.model import Network
from carecircle.reach.snapping.snap import _by_grid, _by_tree
from carecircle.reach.surface import region_cells, travel_time_surface
from carecircle.reach.travel import unsnapped_facilities

ARRAYS = store._ARRAYS


def same(a: Network, b: Network) -> bool:
    return all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in ARRAYS)


def paired(lines, ends):
    _, coords, (offsets,) = shapely.to_ragged_array(np.array([shapely.LineString(line) for line in lines]))
    tail, head = np.array(ends).T
    return [a.tolist() for a in pair_streets(tail, head, coords, offsets)]


SPOTS = [(0, 0), (1, 0), (0, 2)]


@settings(max_examples=300)
@example(
    [
        ([SPOTS[k] for k in line], turned)
        for line, turned in (((0, 2, 0, 1), 0), ((0, 0, 2, 1), 0), ((0, 0, 2, 1), 1))
    ]
)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(SPOTS), min_size=2, max_size=4), st.integers(0, 1)), max_size=14
    )
)
def test_pairs_are_those_of_a_count_by_hand(rows):
    """The first line of a shape goes with the first drawn against it, the second with the second …"""
    lines = [line[::-1] if turned else line for line, turned in rows]
    lines = [line for line in lines if len(set(line)) > 1]
    ends = [(SPOTS.index(line[0]), SPOTS.index(line[-1])) for line in lines]
    waiting: dict = {}
    street, along, count = [], [], 0
    for line in map(tuple, lines):
        others = waiting.get(line[::-1], []) if line != line[::-1] else []
        if others:
            street.append(others.pop(0))
            along.append(False)
        else:
            waiting.setdefault(line, []).append(count)
            street.append(count)
            along.append(True)
            count += 1
    if lines:
        assert paired(lines, ends) == [street, along]


def test_two_rows_are_one_street_only_if_their_lines_are_each_others_reverse():
    straight, bend = [(0, 0), (9, 0)], [(0, 0), (4, 3), (9, 0)]
    street, along = paired([straight, straight[::-1], bend, bend[::-1]], [(0, 1), (1, 0), (0, 1), (1, 0)])
    assert (street, along) == ([0, 0, 1, 1], [True, False, True, False])
    # drawn alike but both one way, and a bend against a straight line
    assert paired([straight, straight], [(0, 1), (0, 1)])[0] == [0, 1]
    assert paired([straight, bend[::-1]], [(0, 1), (1, 0)])[0] == [0, 1]
    # same points, visited in another order
    zigzag = [(0, 0), (5, 5), (4, 3), (9, 0)]
    assert paired([zigzag, [(9, 0), (5, 5), (4, 3), (0, 0)]], [(0, 1), (1, 0)])[0] == [0, 1]


def test_loops_pair_by_their_direction_round():
    loop = [(0, 0), (5, 0), (5, 5), (0, 0)]
    assert paired([loop, loop[::-1]], [(0, 0), (0, 0)]) == [[0, 0], [True, False]]
    assert paired([loop, loop], [(0, 0), (0, 0)])[0] == [0, 1]


def test_neighbours_on_the_hilbert_curve_are_neighbours_on_the_ground():
    side = 16
    xy = np.array([(x, y) for x in range(side) for y in range(side)], float)
    order = np.argsort(hilbert_rank(xy, bits=4))
    assert len(np.unique(hilbert_rank(xy, bits=4))) == side * side
    assert np.abs(np.diff(xy[order], axis=0)).sum(axis=1).max() <= 2


def test_the_order_of_rows_leaves_no_trace():
    edges = town.grid_edges(5, 5, one_way_rows=(2,))
    mixed = edges.sample(frac=1, random_state=4).reset_index(drop=True)
    assert same(Network.from_edges(edges, mode="walk"), Network.from_edges(mixed, mode="walk"))


def test_closed_edges_leave_the_network_of_their_mode():
    edges = town.grid_edges(3, 3, modes=("walk", "drive"))
    edges.loc[:3, "travel_time_s_drive"] = np.float32(np.inf)
    assert len(Network.from_edges(edges, mode="walk").edge_id) == 24
    drive = Network.from_edges(edges, mode="drive")
    assert len(drive.edge_id) == 20
    assert drive.access_speed_kph > 0


def test_nothing_is_snapped_to_where_the_mode_may_not_stop():
    lines = [[(0, 0), (1500, 0)], [(0, 0), (0, 300), (1500, 300)]]
    edges = town.edge_frame(
        lines, seconds=[60, 60], metres=[1500, 1800], both=[True, True], may_stop=[False, True]
    )
    network = Network.from_edges(edges, mode="walk")
    spots = town.places([(700, 10), (700, 900)])
    snap = network.snap(spots, max_snap_m=500)
    assert snap.xy[0].tolist() == [500_700, 3_500_300]
    assert snap.snapped.tolist() == [True, False]
    off = unsnapped_facilities(network, spots)
    assert off["facility_id"].tolist() == ["r001"]
    assert off["snap_m"].tolist() == pytest.approx([600.24], abs=0.01)


_STEP = st.sampled_from([0.0, 100.0, -100.0, 37.0, 900.0])
_WALK = st.tuples(
    st.tuples(st.integers(0, 29), st.integers(0, 29)),
    st.lists(st.tuples(_STEP, _STEP), min_size=1, max_size=4),
)
"""Where a street begins, in hundreds of metres, and its steps."""


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 39).flatmap(lambda n: st.lists(_WALK, min_size=n, max_size=n)), st.booleans(), st.data()
)
def test_the_grid_finds_what_the_tree_finds(walks, round_, data):
    lines = []
    for start, steps in walks:
        start = np.array(start) * 100.0
        lines.append([tuple(p) for p in np.concatenate([[start], start + np.cumsum(steps, axis=0)])])
    lines = [line for line in lines if len(set(line)) > 1] + [[(0, 0), (1500, 0)]]
    metres = [2000.0] * len(lines)
    edges = town.edge_frame(lines, seconds=metres, metres=metres, both=[False] * len(lines))
    network = Network.from_edges(edges, mode="walk")
    x, y = (data.draw(drawn.spots(60, -3000, 6000)).round(-2 if round_ else 3) + town.ORIGIN).T
    by_grid, by_tree = _by_grid(network, x, y), _by_tree(network, x, y)
    here = shapely.points(x, y)
    for found in (by_grid, by_tree):
        off = shapely.distance(here, network.lines(found[0]))
        np.testing.assert_allclose(off, shapely.distance(here, shapely.points(found[3])), atol=1e-6)
    np.testing.assert_array_equal(by_grid[0], by_tree[0])
    np.testing.assert_allclose(by_grid[3], by_tree[3], atol=1e-6)


def test_equally_near_streets_give_the_lowest_edge_id():
    lines = [[(0, 0), (1500, 0)], [(0, 200), (1500, 200)], [(0, 0), (0, 200)]]
    edges = town.edge_frame(lines, seconds=[60] * 3, metres=[1500, 1500, 200], both=[False] * 3)
    for ids in ([7, 3, 1], [3, 7, 1]):
        network = Network.from_edges(edges.assign(edge_id=ids), mode="walk")
        snap = network.snap(town.places([(700, 100)]), max_snap_m=500)
        row = network.street_rows[snap.street[0], 0]
        assert network.edge_id[row] == 3


def test_saved_networks_come_back_whole(tmp_path):
    network = town.grid(one_way_rows=(1,))
    network.save(tmp_path / "a.network")
    back = Network.load(tmp_path / "a.network")
    assert same(network, back)
    assert (back.mode, back.crs, back.access_speed_kph) == (network.mode, network.crs, 3.6)


def test_a_damaged_or_missing_file_is_said(tmp_path):
    network = town.grid(4, 4)
    file = tmp_path / "a.network"
    network.save(file)
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for damaged in (b"", whole[: len(whole) // 2], b"not a zip", bytes(flipped)):
        file.write_bytes(damaged)
        with pytest.raises(InputError) as caught:
            Network.load(file)
        assert caught.value.sentence.key == "reach.not_a_network"
    with pytest.raises(InputError):
        Network.load(tmp_path / "absent.network")


KILLED_IN_MID_SAVE = """
import os, signal, sys
sys.path[:0] = {path!r}
from pathlib import Path
import reach_town as town
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
town.grid(4, 4).save(Path({folder!r}) / "a.network")
"""


def test_after_a_save_was_killed_the_next_starts_clean(tmp_path):
    code = KILLED_IN_MID_SAVE.format(path=sys.path, folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == -9, done.stderr
    assert [p.suffix for p in tmp_path.iterdir()] != [".network"]
    town.grid(4, 4).save(tmp_path / "a.network")
    assert same(Network.load(tmp_path / "a.network"), town.grid(4, 4))
    assert [p.suffix for p in tmp_path.iterdir()] == [".network"]


def test_closing_an_unknown_edge_is_refused():
    with pytest.raises(UsageError, match="walk network has no edge"):
        town.grid(3, 3).without([0, 999])


def test_edges_without_their_columns_are_refused():
    edges = town.grid_edges(3, 3)
    with pytest.raises(InputError, match="travel_time_s_drive"):
        Network.from_edges(edges, mode="drive")
    with pytest.raises(InputError, match="coordinate reference"):
        Network.from_edges(edges.set_crs(None, allow_override=True), mode="walk")


def test_a_surface_holds_the_times_of_its_cell_centres():
    network = town.grid(6, 6)
    clinic = town.places([(800, 800)], prefix="f")
    region = shapely.box(*town.ORIGIN, *(town.ORIGIN + 2000))
    surface = travel_time_surface(network, clinic, region_cells(region, network.crs, cell_m=100))
    assert surface.values.shape == (20, 20)
    assert surface.values.dtype == np.float32
    at = surface.transform
    column, row = (501_250 - at.c) / at.a, (3_501_050 - at.f) / at.e
    # The centre lies 50 m (at 1 m/s) east of a street, 400 m east and 250 m north of the clinic (5 m/s).
    assert (row % 1, column % 1) == (0.5, 0.5)
    assert surface.values[int(row), int(column)] == pytest.approx((50 + 650 / 5) / 60, rel=1e-3)
    corner = travel_time_surface(network, clinic, region_cells(region.buffer(2000), network.crs, cell_m=100))
    assert np.isnan(corner.values[0, 0])
    assert np.nanmin(corner.values) >= 0
    with pytest.raises(CapacityError, match="cells"):
        region_cells(region, network.crs, cell_m=0.5)


def test_points_far_from_every_street_snap_as_the_tree_says() -> None:
    """Beyond the rings that the grid is searched, near, between and far away: the same street and place."""
    from carecircle.reach.snapping import snap as rooms

    network = town.grid(30, 30, block_m=100.0)
    spots = np.array([(50.0, 3.0), (-900.0, 450.0), (30_000.0, -20_000.0), (250.0, 90_000.0), (410.0, 260.0)])
    x, y = (spots + town.ORIGIN).T
    by_grid, by_tree = rooms._by_grid(network, x, y), rooms._by_tree(network, x, y)
    assert by_grid[0].tolist() == by_tree[0].tolist()
    for mine, other in zip(by_grid[1:], by_tree[1:], strict=True):
        assert mine == pytest.approx(other, abs=1e-6)
