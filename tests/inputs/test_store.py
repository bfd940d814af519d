"""An extract read once: the store gives what the extract gives, to the last bit, or is told and not used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import osmium.osm.mutable as make
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from carecircle.errors import InputError, OutputError
from carecircle.inputs import storing
from carecircle.inputs.facilities import osm as tagged
from carecircle.inputs.load import load_inputs
from carecircle.inputs.osm import store as stores
from carecircle.inputs.osm import ways
from carecircle.inputs.roads import barriers, water
from carecircle.inputs.roads.edges import read_roads
from carecircle.inputs.roads.streets import Streets, from_pbf
from carecircle.study import Roads, load_study
from commands import call
from realdata import real

MODES = [(None, True), (("walk",), True), (("drive",), False), (("drive", "walk"), True)]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ways with every oddity: lost nodes, no nodes, doubled nodes, closed by tags, gates, names, water."""
    path = tmp_path_factory.mktemp("odd") / "odd.osm.pbf"
    rng = np.random.default_rng(4)
    kinds = ["residential", "winter_road", "footway", "motorway", "proposed", "track"]
    with osmium.SimpleWriter(str(path)) as out:
        for i in range(1, 400):
            place = (104 + i % 20 * 0.01, 31 + i // 20 * 0.01)
            tags = {"barrier": "gate", "locked": "yes"} if i % 37 == 0 else {}
            tags |= {"amenity": "hospital", "name": f"医院{i}", "beds": str(i)} if i % 50 == 0 else {}
            out.add_node(make.Node(id=i, version=1, location=place, tags=tags))
        for i in range(1, 300):
            first = int(rng.integers(1, 380))
            nodes = [first, first, first + 1, first + 20, 5000 + i if i % 9 == 0 else first + 21, first + 41]
            nodes = [[], [9000], [9000, first], [9000, first, first + 1]][i % 4] if i % 13 == 0 else nodes
            tags = {"highway": kinds[i % 6], "name": f"r{i % 40}, 路"}
            tags |= {"access": "private"} if i % 17 == 0 else {}
            tags |= {"ice_road": "yes"} if i % 19 == 0 else {}
            tags |= {"maxspeed": "bogus"} if i % 23 == 0 else {}
            out.add_way(make.Way(id=i, version=1, nodes=nodes, tags=tags))
        out.add_way(make.Way(id=400, version=1, nodes=[1, 2, 22, 21, 1], tags={"natural": "water"}))
        out.add_way(make.Way(id=401, version=1, nodes=[5, 105, 205, 305], tags={"waterway": "river"}))
        out.add_way(make.Way(id=402, version=1, nodes=[250, 251], tags={"waterway": "canal"}))
    return path


@pytest.fixture
def both(odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The extract twice: alone, and with a store of several chunks."""
    alone, stored = tmp_path / "alone" / odd.name, tmp_path / "stored" / odd.name
    for path in (alone, stored):
        path.parent.mkdir()
        shutil.copy(odd, path)
    monkeypatch.setattr(storing, "_CHUNK", 3000)
    storing.make_store(stored)
    assert stores.store_of(stored) is not None
    assert stores.unused(stored) is None
    return alone, stored


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("the extract was read again")


def told(streets: Streets) -> list[Any]:
    """Streets as plain things: tags by street, since sets that no street has may be left out."""
    tags = [tuple(sorted(streets.tags[w].items())) for w in streets.which.tolist()]
    plain = [streets.xy, streets.points, streets.from_node, streets.to_node]
    return [
        *(a.tolist() for a in plain),
        tags,
        list(streets.name),
        list(streets.shut.items()),
        streets.bounds(),
    ]


def boxes(path: Path) -> Iterator[tuple[float, float, float, float] | None]:
    west, south, east, north = from_pbf(path).bounds()
    yield None
    yield west, south, east, north
    rng = np.random.default_rng(2)
    for _ in range(4):
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        yield x, y, x + (east - west) / 4, y + (north - south) / 4
    yield east + 1, north + 1, east + 2, north + 2


def same(alone: Path, stored: Path, monkeypatch: pytest.MonkeyPatch, first: int = 0, many: int = 7) -> None:
    expected = [
        told(from_pbf(alone, box, modes=modes, barriers=closed))
        for (modes, closed), box in islice(zip(cycle(MODES), boxes(alone), strict=False), first, first + many)
    ]
    monkeypatch.setattr(ways, "write_down", refuse)
    given = [
        told(from_pbf(stored, box, modes=modes, barriers=closed))
        for (modes, closed), box in islice(
            zip(cycle(MODES), boxes(stored), strict=False), first, first + many
        )
    ]
    assert given == expected
    assert sum(len(e[1]) for e in expected) > 0


def test_streets_are_those_of_the_extract_wherever_one_looks(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    same(*both, monkeypatch)


def test_facilities_and_water_are_those_of_the_extract(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    crs = "EPSG:32648"
    frames = [
        shapely.box(*gpd.GeoSeries([shapely.box(*box)], crs=4326).to_crs(crs).total_bounds)
        for box in boxes(both[0])
        if box is not None
    ]
    expected, found = tagged.read_osm_facilities(both[0])
    lakes = [water._read(both[0], crs, frame) for frame in frames]  # type: ignore[arg-type]
    monkeypatch.setattr(tagged, "_features", refuse)
    monkeypatch.setattr(water, "shapes", refuse)
    given, again = tagged.read_osm_facilities(both[1])
    assert_geodataframe_equal(given, expected)
    assert [type(v) for v in given.iloc[0]] == [type(v) for v in expected.iloc[0]]
    assert [(f.level, f.sentence) for f in again] == [(f.level, f.sentence) for f in found]
    for frame, lake in zip(frames, lakes, strict=True):
        poured = water._read(both[1], crs, frame)  # type: ignore[arg-type]
        assert lake is not None
        assert poured is not None
        assert_geodataframe_equal(poured, lake)
    assert {len(lake) for lake in lakes if lake is not None} >= {0, 3}


def test_roads_and_what_is_said_of_them_are_equal(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    around = shapely.box(
        *gpd.GeoSeries.from_xy([104.02, 104.1], [31.02, 31.1], crs=4326).to_crs(32648).total_bounds
    )
    crs = gpd.GeoSeries([], crs=32648).crs
    edges, found = read_roads(Roads(path=both[0]), crs, around, modes=("walk", "drive"))
    monkeypatch.setattr(barriers, "sound", refuse)
    again, said = read_roads(Roads(path=both[1]), crs, around, modes=("walk", "drive"))
    assert_geodataframe_equal(again, edges)
    assert [f.sentence for f in said] == [f.sentence for f in found]
    assert {"inputs.shut_roads", "inputs.private_roads"} <= {f.sentence.key for f in found}
    assert all(f.sentence.facts.get("count") != 0 for f in found)
    with pytest.raises(InputError) as far:
        read_roads(Roads(path=both[0]), crs, shapely.box(0, 0, 9, 9), modes=("walk",))
    with pytest.raises(InputError) as still_far:
        read_roads(Roads(path=both[1]), crs, shapely.box(0, 0, 9, 9), modes=("walk",))
    there, here = (dict(e.value.sentence.facts, file="") for e in (far, still_far))
    assert there == here
    assert far.value.sentence.key == still_far.value.sentence.key == "inputs.roads_miss"


def test_the_demo_county_gives_the_same(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, stored = root / "data" / "roads" / "roads.osm.pbf", tmp_path / "stored.osm.pbf"
    shutil.copy(source, stored)
    storing.make_store(stored)
    same(source, stored, monkeypatch, first=2, many=2)


@pytest.mark.real
def test_a_real_extract_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, stored = real("terrain/comoros/comores-latest.osm.pbf"), tmp_path / "stored.osm.pbf"
    shutil.copyfile(source, stored)
    storing.make_store(stored)
    expected, found = tagged.read_osm_facilities(source)
    given, again = tagged.read_osm_facilities(stored)
    assert_geodataframe_equal(given.assign(source=""), expected.assign(source=""))
    assert [f.sentence for f in again] == [f.sentence for f in found]
    same(source, stored, monkeypatch, first=2, many=2)


def test_a_store_is_made_on_from_where_it_was_interrupted(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = tmp_path / odd.name
    shutil.copy(odd, extract)
    monkeypatch.setattr(storing, "_CHUNK", 3000)
    honest: Callable[..., Any] = storing.parsed
    left = [2]

    def dies(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return honest(*arguments)

    monkeypatch.setattr(storing, "parsed", dies)
    with pytest.raises(KeyboardInterrupt):
        storing.make_store(extract)
    assert stores.store_of(extract) is None
    assert stores.unused(extract) is None
    done = json.loads((tmp_path / f"{odd.name}.store.part" / storing.JOURNAL).read_text())["done"]
    assert {"text", "water", "facilities", "barriers", "chunk-00000", "chunk-00001"} == set(done)
    left[0] = 10**6
    for name in ("write_down", "shapes", "to_store", "read_barriers"):
        monkeypatch.setattr(storing, name, refuse)
    folder = storing.make_store(extract)
    at_once = tmp_path / "at_once" / odd.name
    at_once.parent.mkdir()
    shutil.copy(odd, at_once)
    monkeypatch.undo()
    monkeypatch.setattr(storing, "_CHUNK", 3000)
    other = storing.make_store(at_once)
    assert sorted(p.name for p in folder.iterdir()) == sorted(p.name for p in other.iterdir())
    assert all((folder / p.name).read_bytes() == p.read_bytes() for p in other.iterdir())
    assert {p.name for p in tmp_path.iterdir()} == {odd.name, folder.name, "at_once"}


def test_a_piece_that_was_spoilt_meanwhile_is_made_again(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract = tmp_path / odd.name
    shutil.copy(odd, extract)
    with monkeypatch.context() as patch:
        patch.setattr(storing, "_joined", refuse)
        with pytest.raises(AssertionError):
            storing.make_store(extract)
    (tmp_path / f"{odd.name}.store.part" / "water.bin").write_bytes(b"")
    storing.make_store(extract)
    assert stores.store_of(extract) is not None


@pytest.mark.parametrize("part", ["node.npy", "tags.txt", "facilities.parquet", "store.json"])
def test_a_damaged_store_is_told_and_not_used(part: str, both: tuple[Path, Path]) -> None:
    path = stores.place_of(both[1]) / part
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1 if part != "store.json" else 128
    path.write_bytes(raw)
    assert stores.store_of(both[1]) is None
    said = stores.unused(both[1])
    assert said is not None
    assert said.key == "inputs.store_damaged"
    assert part in said.text("en")
    assert "carecircle store" in said.text("en")
    assert told(from_pbf(both[1])) == told(from_pbf(both[0]))
    storing.make_store(both[1])
    assert stores.store_of(both[1]) is not None


def test_a_store_of_another_extract_or_version_is_told_and_not_used(
    both: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("OSM_USE_CUSTOM_INDEXING", "NO")  # reads otherwise: another key
    shutil.copystat(both[0], both[1])
    stores._known.clear()
    said = stores.unused(both[1])
    assert said is not None
    assert said.key == "inputs.store_version"
    monkeypatch.undo()
    shutil.copy(root / "data" / "roads" / "roads.osm.pbf", both[1])
    said = stores.unused(both[1])
    assert said is not None
    assert said.key == "inputs.store_of_another"
    assert len(from_pbf(both[1], modes=("walk",))) > 1000


def test_a_study_says_that_a_store_is_not_used(odd: Path, tmp_path: Path) -> None:
    shutil.copy(odd, tmp_path)
    study = tmp_path / "study.toml"
    study.write_text(
        'version = 1\nname = "odd"\nplan = "luojiang"\n'
        f'[facilities]\npath = "{odd.name}"\nformat = "osm"\n[roads]\npath = "{odd.name}"\n'
    )
    folder = stores.place_of(tmp_path / odd.name)
    folder.mkdir()
    (folder / stores.BOOK).write_text("{}")
    inputs = load_inputs(load_study(study), modes=())
    assert [f.sentence.key for f in inputs.findings].count("inputs.store_damaged") == 1


def test_the_command_makes_a_store_and_refuses_what_is_no_extract(
    odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    extract = tmp_path / odd.name
    shutil.copy(odd, extract)
    assert call(monkeypatch, "store", extract, "--lang", "en") == 0
    assert "nodes" in capsys.readouterr().out
    assert call(monkeypatch, "store", tmp_path / "none.osm.pbf", "--lang", "en") == 2
    table = tmp_path / "table.csv"
    table.write_text("a,b\n")
    assert call(monkeypatch, "store", table, "--lang", "en") == 2
    assert "OpenStreetMap" in capsys.readouterr().err
    other = tmp_path / "other.osm.pbf"
    shutil.copy(odd, other)
    stores.place_of(other).mkdir()
    with pytest.raises(OutputError):
        storing.make_store(other)
