"""What must hold on ground and roads of any kind: against scipy's graph, and against themselves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import groundworlds as g
from carecircle.reach.ground import Ground, engine, once, queues
from carecircle.reach.ground._explicit import moves_of
from carecircle.reach.ground.engine import Lanes, Sources, World
from carecircle.reach.ground.field import Field
from carecircle.reach.roads import Roads

LAWS = ["none", "tobler", "langmuir", "irmischer_clarke"]
KNIGHTS = [(a, b) for a in (-2, -1, 1, 2) for b in (-2, -1, 1, 2) if abs(a) != abs(b)]
NEIGHBOURS = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]


def longer(law, s):
    """The laws once more, written from their sources."""
    if law == "tobler":
        return np.exp(-3.5 * 0.05) / np.exp(-3.5 * abs(s + 0.05))
    if law == "langmuir":
        return (0.72 + (6.0 * s if s >= 0 else 1.9998 * s if s >= -0.2125 else -1.9998 * s)) / 0.72
    if law == "irmischer_clarke":
        v = [0.11 + 0.67 * np.exp(-((100 * x + 2) ** 2) / (2 * 30**2)) for x in (0, s)]
        return v[0] / v[1]
    return 1.0


def edges(cells, direction, mode="walk"):
    """Every move between cells, one by one, as a scipy graph from the facilities outwards."""
    slow, z = cells.minutes_per_m[mode].astype(float), cells.elevation_m.astype(float)
    foot = cells.on_foot.get(mode, np.ones(slow.shape, bool))
    rows, columns = slow.shape
    steepest = np.inf if cells.max_slope_deg is None else np.tan(np.radians(cells.max_slope_deg))
    tail, head, cost = [], [], []
    for y in range(rows):
        for x in range(columns):
            for dy, dx in NEIGHBOURS + (KNIGHTS if cells.moves == 16 else []):
                v, u = y + dy, x + dx
                if not (0 <= v < rows and 0 <= u < columns):
                    continue
                over = [(y, x), (v, u)]
                if abs(dy) == 2:
                    over += [(y + dy // 2, x), (y + dy // 2, u)]
                elif abs(dx) == 2:
                    over += [(y, x + dx // 2), (v, x + dx // 2)]
                metres = np.hypot(dy * cells.north_m[0], dx * cells.east_m[0])
                s = (z[v, u] - z[y, x]) / metres * (1 if direction == "from_facility" else -1)
                law = longer(cells.law, s)
                walk = cells.walking_minutes_per_m * law
                each = [slow[c] * (law if foot[c] else 1.0) + walk for c in over]
                if np.isfinite(each).all() and abs(s) <= steepest:
                    tail.append(y * columns + x)
                    head.append(v * columns + u)
                    cost.append(metres * np.mean(each))
    return csr_array((cost, (tail, head)), shape=(slow.size, slow.size))


@pytest.mark.parametrize("seed", range(40))
def test_the_grid_is_scipys_explicit_graph(seed):
    rng = np.random.default_rng(seed)
    nowhere, some = np.zeros((14, 17), bool), rng.random((14, 17)) < 0.5
    more = [
        {}, {"max_slope_deg": 20.0}, {"on_foot": {"walk": some}},
        {"on_foot": {"walk": nowhere}, "walking_minutes_per_m": 0.012},  # friction beside the walk
        {"on_foot": {"walk": some}, "walking_minutes_per_m": 0.012},
    ][seed % 5]  # fmt: skip
    cells = g.random_ground(rng, 14, 17, law=LAWS[seed % 4], moves=[8, 16][seed // 4 % 2], **more)
    open_ = np.flatnonzero(np.isfinite(cells.minutes_per_m["walk"].ravel()))
    at = rng.choice(open_, 5, replace=False)
    health = g.facilities(g.centre(cells, *np.divmod(at, 17)))
    ground = Ground(None, cells, "walk", max_snap_m=0)
    for direction in ("to_facility", "from_facility"):
        wanted = dijkstra(edges(cells, direction), indices=at)
        out = ground.nearest(g.centres(cells), health, direction=direction)
        cost = out["cost"].to_numpy()
        there = np.isfinite(wanted.min(axis=0))
        assert np.array_equal(np.isfinite(cost), there)
        assert cost[there] == pytest.approx(wanted.min(axis=0)[there], rel=1e-7, abs=1e-12)
        owner = out["facility_id"][there].astype(int).to_numpy()
        assert wanted[:, there][owner, np.arange(there.sum())] == pytest.approx(
            cost[there], rel=1e-7, abs=1e-12
        )


@pytest.mark.parametrize("seed", range(100))
def test_labels_and_owners_are_scipys_on_random_worlds(seed, monkeypatch):
    """Every label of cells and roads, every owner: half of the worlds are flat and full of ties."""
    rng = np.random.default_rng(1000 + seed)
    mode, ride = [("walk", "once"), ("drive", "once"), ("drive", "again")][seed % 3]
    if seed % 2:
        slow = 2.0 ** rng.integers(-6, -3, (20, 24))
        slow[rng.random(slow.shape) < 0.2] = np.nan
        cells = g.ground(slow, size_m=32.0, mode=mode, ride=ride, moves=[8, 16][seed // 2 % 2])
    else:
        law = LAWS[seed // 2 % 4]
        cells = g.random_ground(rng, 20, 24, law=law, moves=[8, 16][seed // 8 % 2], mode=mode, ride=ride)
    network = g.random_roads(rng, 700.0, mode=mode) if seed % 5 else None
    spots = rng.uniform(0, 650, (7, 2))
    if seed % 2:  # at centres, so that many a cell is as near to one as to another
        open_ = np.argwhere(np.isfinite(cells.minutes_per_m[mode]))
        spots = g.centre(cells, *open_[rng.choice(len(open_), 7, replace=False)].T)
    demand, health = g.points(rng.uniform(0, 650, (60, 2))), g.facilities(spots)
    direction = ["to_facility", "from_facility"][seed // 3 % 2]
    ground = Ground(network, cells, mode, max_snap_m=60)
    world, sources = (
        ground._world(direction),
        ground._sources(ground.place(health), leaving=direction != "to_facility"),
    )
    cost, owner = world.nearest(sources, np.inf)
    out = ground.nearest(demand, health, direction=direction)
    table = ground.pairs(demand, health, direction=direction)
    monkeypatch.setattr(engine, "numba", lambda: None)
    plain, plain_owner = world.nearest(sources, np.inf)
    there = plain_owner >= 0
    assert np.array_equal(there, owner >= 0)
    assert cost[there] == pytest.approx(plain[there], rel=1e-9, abs=1e-12)
    assert np.array_equal(owner, plain_owner)
    full = np.full(table.shape, np.inf)
    full[np.repeat(np.arange(60), np.diff(table.indptr)), table.indices] = table.data
    assert full.min(axis=1) == pytest.approx(out["cost"].to_numpy(), rel=1e-12)


@pytest.mark.parametrize("seed", range(24))
def test_who_rides_once_is_answered_by_a_search_that_stops_early(seed, monkeypatch):
    """On foot no farther than matters, tile by tile: the labels of a search over everything, ties and all."""
    rng = np.random.default_rng(2000 + seed)
    monkeypatch.setattr(once, "_FIRST_LOOK", 1)
    side = 40 if seed % 3 == 0 else 150  # cells: one tile, or nine
    span = 32.0 * side
    slow = 2.0 ** rng.integers(-6, -3, (side, side))
    slow[rng.random(slow.shape) < 0.1] = np.nan
    if seed % 4 == 1:
        slow[:, side // 2 : side // 2 + 2] = np.nan  # a river, and whoever is beyond it without a bridge
    law = ["none", *LAWS][seed % 5]
    hills = None if law == "none" else rng.normal(0, 8, slow.shape)
    cells = g.ground(
        slow, size_m=32.0, mode="drive", moves=[8, 16][seed % 2], law=law, elevation_m=hills,
        walking_minutes_per_m=[0.0, 0.01][seed % 2],
    )  # fmt: skip
    network = g.random_roads(
        rng, span * [0.4, 1.0, 0.7][seed % 3], nodes=20, mode="drive",
        island_m=0.7 * span if seed % 4 == 2 else None,  # which nobody drives to
    )  # fmt: skip
    demand, health = g.points(rng.uniform(0, span, (80, 2))), g.facilities(rng.uniform(0, span / 2, (3, 2)))
    ground = Ground(network, cells, "drive", max_snap_m=60)
    direction = ["to_facility", "from_facility"][seed // 2 % 2]
    world = ground._world(direction)
    sources = ground._sources(ground.place(health), leaving=direction != "to_facility")
    out, (cost, owner) = ground.nearest(demand, health, direction=direction), world.nearest(sources, np.inf)
    deep = []
    monkeypatch.setattr(
        once.Once, "_deep_enough", lambda self, _: (deep.append(1), np.full(self.world.tiles, np.inf))[1]
    )
    every, who = world.nearest(sources, np.inf)
    assert deep
    assert np.array_equal(cost, every)
    assert np.array_equal(owner, who)
    assert out.equals(ground.nearest(demand, health, direction=direction))


def test_a_long_walk_to_a_fast_road_beats_a_slow_tunnel_at_the_door():
    """96.0 minutes across three tiles on foot and 2.592 at 60 km/h; by the slow tunnel at the door, 99."""
    cells = g.ground(np.full((20, 300), 0.015), size_m=32.0, mode="drive")
    y = 10.5 * 32
    door = ([(112, y), (112, y + 64)], 5.5, True)
    slow = ([(112, y + 64), (9008, y + 64), (9008, y)], 5.5, True)  # in a tunnel, which nobody enters midway
    fast = ([(6416, y), (9008, y)], 60.0, True)
    network = g.roads([door, slow, fast], mode="drive", structure=["ground", "tunnel", "ground"])
    ground = Ground(network, cells, "drive")
    found = ground.nearest(g.points([(9008, y)]), g.facilities([(16, y)]))
    assert found["cost"].iloc[0] == pytest.approx(6400 * 0.015 + 2.592, abs=0.02)


def test_a_queue_that_is_too_small_begins_again(monkeypatch):
    rng = np.random.default_rng(5)
    for ride in ("once", "again"):
        cells = g.random_ground(rng, 60, 60, law="tobler", moves=16, mode="drive", ride=ride)
        network = g.random_roads(rng, 1800.0, mode="drive")
        demand, health = g.points(rng.uniform(0, 1800, (50, 2))), g.facilities(rng.uniform(0, 1800, (6, 2)))
        monkeypatch.setattr(queues, "_ROOM", 1.0)
        wanted = Ground(network, cells, "drive").nearest(demand, health)
        monkeypatch.setattr(queues, "_ROOM", 0.001)
        assert Ground(network, cells, "drive").nearest(demand, health).equals(wanted)


def test_explicit_moves_are_those_written_one_by_one():
    cells = g.random_ground(np.random.default_rng(3), 9, 11, law="tobler", moves=16)
    tail, head, cost = moves_of(Field.of(cells, "walk", "minutes"), -1.0)
    wanted = edges(cells, "to_facility").tocoo()
    width = 11 + 4

    def padded(i):
        return (i // 11 + 2) * width + i % 11 + 2

    ours = dict(zip(zip(tail.tolist(), head.tolist(), strict=True), (cost / 60).tolist(), strict=True))
    theirs = dict(
        zip(
            zip(padded(wanted.row).tolist(), padded(wanted.col).tolist(), strict=True),
            wanted.data,
            strict=True,
        )
    )
    assert ours.keys() == theirs.keys()
    assert all(ours[k] == pytest.approx(theirs[k], rel=1e-7) for k in ours)


@pytest.mark.parametrize("mode", ["walk", "drive"])
@pytest.mark.parametrize("ride", ["once", "again"])
def test_joined_is_never_slower_than_its_parts(mode, ride):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        cells = g.random_ground(rng, 34, 34, law="tobler", moves=16, mode=mode, ride=ride)
        network = g.random_roads(rng, 1000.0, mode=mode)
        spots = rng.uniform(0, 1000, (150, 2))  # on open ground: one moved off a wall may gain by another
        row, column = ((1020 - spots[:, 1]) // 30).astype(int), (spots[:, 0] // 30).astype(int)
        spots = spots[np.isfinite(cells.minutes_per_m[mode][row, column])]
        demand, health = g.points(spots[5:]), g.facilities(spots[:5])
        both = Ground(network, cells, mode, max_snap_m=90).nearest(demand, health)["cost"].to_numpy()
        bare = Ground(None, cells, mode, max_snap_m=90).nearest(demand, health)["cost"].to_numpy()
        assert (both <= bare * (1 + 1e-12)).all()
        fewer = network.without(network.edge_id[: len(network.edge_id) // 2])
        less = Ground(fewer, cells, mode, max_snap_m=90).nearest(demand, health)["cost"].to_numpy()
        assert (both <= less * (1 + 1e-6)).all()
        slow = cells.minutes_per_m[mode].copy()
        keep = np.ones(slow.shape, bool)
        for p in [*demand.geometry, *health.geometry]:
            keep[int((1020 - p.y) // 30), int(p.x // 30)] = False
        slow[keep & (rng.random(slow.shape) < 0.1)] = np.nan
        barred = dataclasses.replace(cells, minutes_per_m={mode: slow})
        more = Ground(network, barred, mode, max_snap_m=90).nearest(demand, health)["cost"].to_numpy()
        assert (both <= more * (1 + 1e-12)).all()


@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
@pytest.mark.parametrize("mode", ["walk", "drive"])
def test_on_the_streets_it_is_the_roads_answer(mode, direction):
    """Where the ground takes for ever, people and facilities on streets travel as `Roads` says."""
    rng = np.random.default_rng(8)
    network = g.random_roads(rng, 1000.0, mode=mode)
    lines = network.lines(network.snappable)
    picked = rng.integers(0, len(lines), 90)
    spots = shapely.get_coordinates(
        shapely.line_interpolate_point(lines[picked], rng.random(90), normalized=True)
    )
    spots = np.clip(spots, 1, 1019)
    near = np.array([network.lines().tolist()[0].distance(shapely.Point(p)) >= 0 for p in spots])
    demand, health = g.points(spots[near][:80]), g.facilities(spots[near][80:])
    cells = g.ground(np.full((34, 34), 1e6), size_m=30.0, mode=mode)
    ours = Ground(network, cells, mode).nearest(demand, health, direction=direction)
    roads = Roads(network).nearest(demand, health, direction=direction)
    on_road = (roads["snap_m"] < 1e-6) & (roads["status"] == "reached") & (ours["cost"] < 1e3)
    assert on_road.sum() > 30
    assert ours["cost"][on_road].to_numpy() == pytest.approx(
        roads["cost"][on_road].to_numpy(), rel=1e-4, abs=1e-3
    )


def test_flat_ground_at_road_speed_needs_no_roads():
    cells = g.ground(np.full((40, 40), 0.06 / 4), size_m=25.0, moves=8)
    y, x = (g.centre(cells, 12, 0)[1], g.centre(cells, 0, 30)[0])
    network = g.roads([([(0.0, y), (x, y)], 4.0, True), ([(x, y), (x, 1000.0)], 4.0, True)])
    rng = np.random.default_rng(2)
    at = rng.integers(0, 40, (50, 2))
    demand, health = g.points(g.centre(cells, *at[:44].T)), g.facilities(g.centre(cells, *at[44:].T))
    with_roads = Ground(network, cells, "walk").nearest(demand, health)["cost"].to_numpy()
    without = Ground(None, cells, "walk").nearest(demand, health)["cost"].to_numpy()
    assert with_roads == pytest.approx(without, rel=1e-6)


def test_threads_and_repeats_change_nothing():
    rng = np.random.default_rng(4)
    cells = g.random_ground(rng, 34, 34, law="tobler", moves=16, mode="drive")
    network = g.random_roads(rng, 1000.0, mode="drive")
    demand, health = g.points(rng.uniform(0, 1000, (200, 2))), g.facilities(rng.uniform(0, 1000, (12, 2)))
    tables = [
        Ground(network, cells, "drive").pairs(demand, health, limit=6.0, threads=threads)
        for threads in (1, 2, 2)
    ]
    frames = [Ground(network, cells, "drive").nearest(demand, health, limit=6.0) for _ in range(2)]
    for other in tables[1:]:
        assert tables[0].data.tobytes() == other.data.tobytes()
        assert tables[0].indices.tobytes() == other.indices.tobytes()
    assert frames[0]["cost"].to_numpy().tobytes() == frames[1]["cost"].to_numpy().tobytes()
    assert tables[0].data.max() <= 6.0
    whole = Ground(network, cells, "drive").pairs(demand, health)
    assert tables[0].nnz == (whole.data <= 6.0).sum()
    names = frames[0]["facility_id"].tolist()
    assert names == frames[1]["facility_id"].tolist()


def test_costs_that_differ_by_orders_of_magnitude():
    """The queue leaps over empty buckets: cells of a millionth and of a million times the usual."""
    rng = np.random.default_rng(6)
    slow = 10.0 ** rng.uniform(-3, 3, (25, 25))
    slow[:, 12] = 1e9
    slow[12] = 1e10
    world = World(Field.of(g.ground(slow, size_m=10.0), "walk", "minutes"), Lanes.none(), 1.0, once=False)
    sources = Sources(world.field.code([3, 20], [3, 4]), np.array([0.0, 1e9]), np.arange(2, dtype=np.int32))
    cost, owner = world.nearest(sources, np.inf)
    tail, head, price = moves_of(world.field, 1.0)
    graph = csr_array((price, (tail, head)), shape=(world.field.size, world.field.size))
    found = dijkstra(graph, indices=world.at(sources.code)) + sources.spent[:, None]
    there = owner >= 0
    assert there.sum() == 625
    assert cost[there] == pytest.approx(found.min(axis=0)[there], rel=1e-9)
    from carecircle.reach.ground.areas import Area

    area = Area(world)
    seen = area.search(Sources(sources.code[:1], sources.spent[:1], sources.owner[:1]), np.inf)
    assert seen == 625
    nodes = area.touched[:seen]
    assert area.labels["cost"][nodes] == pytest.approx(found[0][nodes], rel=1e-9)


@pytest.mark.parametrize("law", ["none", "tobler"])
def test_cells_in_degrees_have_the_metres_of_their_row(law):
    """Rows of other widths: the graph of every move, with its metres reckoned row by row."""
    rng = np.random.default_rng(11)
    cells = g.random_ground(rng, 16, 12, law=law, moves=16)
    cells = dataclasses.replace(cells, east_m=np.linspace(20, 40, 16), north_m=np.linspace(29, 31, 16))
    field = Field.of(cells, "walk", "minutes")
    assert not field.uniform
    for k, right in enumerate([-1, 0]):
        east = (cells.east_m[5] + cells.east_m[4]) / 2 * right
        assert field.metres[5 + 2, k] == pytest.approx(np.hypot(cells.north_m[5], east))
    forth, back = field.metres[5 + 2, 1], field.metres[4 + 2, 6]
    assert forth == back
    health = g.facilities(g.centre(cells, [3, 12], [3, 8]))
    ground = Ground(None, cells, "walk", max_snap_m=100)
    world = ground._world("to_facility")
    sources = ground._sources(ground.place(health), leaving=False)
    cost, owner = world.nearest(sources, np.inf)
    tail, head, price = moves_of(field, -1.0)
    graph = csr_array((price, (tail, head)), shape=(field.size, field.size))
    found = (dijkstra(graph, indices=world.at(sources.code)) + sources.spent[:, None]).min(axis=0)
    there = owner >= 0
    assert cost[there] == pytest.approx(found[there], rel=1e-9)


def test_by_length_it_is_metres():
    cells = g.random_ground(np.random.default_rng(1), 20, 20, law="tobler", moves=8)
    open_ = np.argwhere(np.isfinite(cells.minutes_per_m["walk"]))
    demand, health = g.points(g.centre(cells, *open_[[200]].T)), g.facilities(g.centre(cells, *open_[[5]].T))
    metres = Ground(None, cells, "walk", "road_m", max_snap_m=0).nearest(demand, health)["cost"][0]
    assert metres >= demand.distance(health.geometry.iloc[0])[0] - 1e-6
    flat = dataclasses.replace(
        cells, minutes_per_m={"walk": np.where(cells.minutes_per_m["walk"] > 0, 1, np.nan)}, law="none"
    )  # fmt: skip
    assert metres == pytest.approx(
        Ground(None, flat, "walk", max_snap_m=0).nearest(demand, health)["cost"][0]
    )
