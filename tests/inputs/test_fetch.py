"""Fetching from a server of our own that speaks Overpass, Nominatim and files, well and badly."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pytest
import rasterio
import shapely
from affine import Affine

from carecircle.errors import InputError, OutputError
from carecircle.fetch.data import overpass_query, worldpop_url
from carecircle.fetch.fetching import fetch
from carecircle.fetch.terrain import tile_url, tiles_of
from carecircle.fetch.web import Servers, Web
from carecircle.inputs.load import load_inputs
from carecircle.study import load_study
from realdata import real

SQUARE = shapely.box(104.50, 31.30, 104.52, 31.32)


def _elements() -> list[dict[str, Any]]:
    """A street, a clinic and a hospital of one way."""
    spots = {1: (104.505, 31.305), 2: (104.515, 31.305), 3: (104.515, 31.315), 4: (104.505, 31.315)}
    nodes = [{"type": "node", "id": i, "lon": x, "lat": y} for i, (x, y) in spots.items()]
    clinic = {
        "type": "node",
        "id": 9,
        "lon": 104.51,
        "lat": 31.31,
        "tags": {"amenity": "clinic", "name": "甲"},
    }
    street = {"type": "way", "id": 1, "nodes": [1, 2, 3], "tags": {"highway": "primary"}}
    house = {"type": "way", "id": 2, "nodes": [1, 2, 3, 4, 1], "tags": {"amenity": "hospital"}}
    return [street, house, clinic, *nodes, nodes[0]]


class Fake:
    """What the server answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.trouble: list[Any] = []
        self.overpass: Any = {"elements": _elements()}
        self.places: Any = [
            {
                "name": "罗江区",
                "osm_type": "relation",
                "osm_id": 7,
                "geojson": json.loads(shapely.to_geojson(SQUARE)),
            }
        ]
        self.files: dict[str, bytes] = {}
        self.url = ""


@pytest.fixture
def fake() -> Iterator[Fake]:
    state = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def _send(self, status: int, body: bytes, promised: int | None = None, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body) if promised is None else promised))
            self.end_headers()
            self.wfile.write(body)
            if promised is not None:
                self.close_connection = True

        def _answer(self, body: bytes) -> None:
            trouble = state.trouble.pop(0) if state.trouble else None
            had = self.headers.get("Range")
            start = int(had.removeprefix("bytes=").rstrip("-")) if had else 0
            if isinstance(trouble, int):
                self._send(trouble, b"busy", Retry_After="0")
            elif trouble == "cut":
                self._send(
                    206 if had else 200, body[start : start + len(body) // 3], promised=len(body) - start
                )
            elif trouble == "slow":
                half = start + (len(body) - start) // 2
                self._send(206 if had else 200, body[start:half], promised=len(body) - start)
                self.wfile.flush()
                threading.Event().wait(0.3)
                self.wfile.write(body[half:])
            elif trouble == "silent":
                threading.Event().wait(1.0)
                self.close_connection = True
            elif isinstance(trouble, bytes):
                self._send(200, trouble)
            elif trouble == "no resume" or not had:
                self._send(200, body)
            else:
                self._send(206, body[start:])

        def do_GET(self) -> None:
            state.asked.append((self.path, dict(self.headers)))
            if self.path.startswith("/search"):
                self._answer(json.dumps(state.places).encode())
            elif self.path in state.files:
                self._answer(state.files[self.path])
            else:
                self._send(404, b"no")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.asked.append((body, dict(self.headers)))
            known = state.overpass
            self._answer(known if isinstance(known, bytes) else json.dumps(known).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(fake: Fake, tmp_path: Path) -> Callable[..., Path]:
    """Fetch from the fake server into ``tmp_path/study``."""

    def run(**options: Any) -> Path:
        servers = Servers(
            fake.url, f"{fake.url}/api/interpreter", f"{fake.url}/worldpop", f"{fake.url}/dem",
            f"{fake.url}/cover",
        )  # fmt: skip
        web = Web(cache=tmp_path / "cache", tries=4, patience_s=0.001, timeout_s=0.4)
        settings = {"place_name": "罗江区", "buffer_km": 1.0, "servers": servers, "web": web, **options}
        return fetch(tmp_path / "study", **settings)

    return run


def _grid(tmp_path: Path) -> bytes:
    path = tmp_path / "grid.tif"
    cells = np.arange(100 * 100, dtype="float32").reshape(100, 100)
    with rasterio.open(
        path, "w", driver="GTiff", height=100, width=100, count=1, dtype="float32", crs="EPSG:4326",
        nodata=-1, transform=Affine(0.001, 0, 104.46, 0, -0.001, 31.36),
    ) as out:  # fmt: skip
        out.write(cells, 1)
    return path.read_bytes()


def test_a_study_folder_that_runs_offline(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    fake.files["/worldpop/2020/CHN/chn_ppp_2020.tif"] = _grid(tmp_path)
    study = load_study(ask(country="chn"))
    found = load_inputs(study)
    assert study.name == "罗江区"
    assert sorted(found.facilities["facility_id"]) == ["n9", "w2"]
    assert len(found.edges) == 2
    assert found.ledger.inside > 0
    assert found.ledger.outside > 0
    assert found.attributions == ("© OpenStreetMap contributors (ODbL)", "WorldPop (CC BY 4.0)")
    assert all(a[1]["User-Agent"].startswith("carecircle/") for a in fake.asked)
    assert len(fake.asked) == 3


def _tile(tmp_path: Path, west: int, north: int, degrees: int, dtype: str, value: int) -> bytes:
    path = tmp_path / "tile.tif"
    size = degrees * 200
    with rasterio.open(
        path, "w", driver="GTiff", height=size, width=size, count=1, dtype=dtype, crs="EPSG:4326",
        transform=Affine(1 / 200, 0, west, 0, -1 / 200, north),
    ) as out:  # fmt: skip
        out.write(np.full((size, size), value, dtype), 1)
    return path.read_bytes()


def test_heights_and_land_cover_of_keyless_servers(
    fake: Fake, ask: Callable[..., Path], tmp_path: Path
) -> None:
    """The square lies in two tiles of heights, of which one is sea and is not there, and in one of cover."""
    fake.places[0]["geojson"] = json.loads(shapely.to_geojson(shapely.box(104.98, 31.30, 105.02, 31.32)))
    moved = [e | ({"lon": e["lon"] + 0.49} if "lon" in e else {}) for e in _elements()]
    fake.overpass = {"elements": moved}
    name = "Copernicus_DSM_COG_10_N31_00_E104_00_DEM"
    fake.files[f"/dem/{name}/{name}.tif"] = _tile(tmp_path, 104, 32, 1, "float32", 500)
    for west in ("E102", "E105"):
        path = f"/cover/v200/2021/map/ESA_WorldCover_10m_2021_v200_N30{west}_Map.tif"
        fake.files[path] = _tile(tmp_path, int(west[1:]), 33, 3, "uint8", 30)
    folder = ask(terrain=True).parent
    assert [p.name for p in (folder / "terrain" / "elevation").iterdir()] == [f"{name}.tif"]
    assert len(list((folder / "terrain" / "cover").iterdir())) == 2
    with rasterio.open(folder / "terrain" / "elevation" / f"{name}.tif") as heights:
        assert heights.width < 20  # the study and its buffer, not the whole tile
        assert set(heights.read(1).ravel()) == {500.0}
    assert sum("E105_00_DEM" in path for path, _ in fake.asked) == 1
    study = load_study(folder / "study.toml")
    assert study.terrain is not None
    assert (study.terrain.cell_m, study.terrain.cover.classes) == (30, "worldcover")
    ground = load_inputs(study).ground
    assert ground is not None
    assert np.isfinite(ground.minutes_per_m["walk"]).any()
    assert "ESA WorldCover 2021 (CC BY 4.0)" in load_inputs(study).attributions


def test_terrain_that_is_not_to_be_had(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        ask(terrain=True)
    assert raised.value.sentence.key == "fetch.no_tiles"
    assert not (tmp_path / "study").exists()
    fake.places[0]["geojson"] = json.loads(shapely.to_geojson(shapely.box(100, 20, 110, 30)))
    asked = len(fake.asked)
    with pytest.raises(InputError) as raised:
        ask(terrain=True, place_name="大区")
    assert raised.value.sentence.key == "fetch.many_tiles"
    assert not any("/dem/" in path for path, _ in fake.asked[asked:])


@pytest.mark.parametrize(
    ("part", "south", "west", "end"),
    [
        ("elevation", 31, 104, "/Copernicus_DSM_COG_10_N31_00_E104_00_DEM.tif"),
        ("elevation", -34, -71, "/Copernicus_DSM_COG_10_S34_00_W071_00_DEM.tif"),
        ("cover", 0, 6, "/v200/2021/map/ESA_WorldCover_10m_2021_v200_N00E006_Map.tif"),
        ("cover", -36, -72, "/v200/2021/map/ESA_WorldCover_10m_2021_v200_S36W072_Map.tif"),
    ],
)
def test_tiles_are_named_by_their_south_western_corner(part: str, south: int, west: int, end: str) -> None:
    assert tile_url(Servers(), part, south, west).endswith(end)
    spot = (west + 0.25, south + 0.25, west + 0.5, south + 0.5)
    assert list(tiles_of(part, spot)) == [(south, west)]
    assert (south, west - {"elevation": 1, "cover": 3}[part]) in tiles_of(part, (west - 0.1, *spot[1:]))


def test_everything_is_asked_once(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    ask()
    (tmp_path / "study").rename(tmp_path / "first")
    asked = len(fake.asked)
    again = ask()
    assert len(fake.asked) == asked
    assert again.read_bytes() == (tmp_path / "first" / "study.toml").read_bytes()


@pytest.mark.parametrize(
    "trouble", [429, 502, 503, 504, "silent", b"<html>busy</html>", b'{"elements": [', "cut"]
)
def test_trouble_that_passes(fake: Fake, ask: Callable[..., Path], trouble: Any) -> None:
    fake.trouble = [None, trouble, trouble]
    assert len(load_inputs(load_study(ask())).edges) == 2


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        (429, "gave_up"),
        (504, "gave_up"),
        ("silent", "gave_up"),
        (b"<html>", "not_json"),
        (403, "refused"),
        (b'{"remark": "runtime error: Query timed out"}', "not_json"),
    ],
)
def test_trouble_that_stays(
    fake: Fake, ask: Callable[..., Path], tmp_path: Path, trouble: Any, key: str
) -> None:
    fake.trouble = [None, *[trouble] * 20]
    with pytest.raises(InputError) as raised:
        ask()
    assert raised.value.sentence.key == f"fetch.{key}"
    assert not (tmp_path / "study").exists()
    assert not list(tmp_path.glob(".fetch-*"))


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ({"elements": []}, "empty_extract"),
        ([], "empty_extract"),
        ({"elements": [{"type": "way"}]}, "bad_extract"),
        ({"elements": [{"type": "node", "id": 1}]}, "bad_extract"),
        ({"elements": [3]}, "bad_extract"),
    ],
)
def test_wrong_answers(fake: Fake, ask: Callable[..., Path], answer: Any, key: str) -> None:
    fake.overpass = answer
    with pytest.raises(InputError) as raised:
        ask()
    assert raised.value.sentence.key == f"fetch.{key}"


@pytest.mark.parametrize("places", [[], {}, [{"geojson": {"type": "Point", "coordinates": [1, 2]}}], [{}]])
def test_no_such_place(fake: Fake, ask: Callable[..., Path], places: Any) -> None:
    fake.places = places
    with pytest.raises(InputError, match="no boundary was found"):
        ask()


@pytest.mark.parametrize("trouble", [["cut", "cut"], ["cut", "no resume"], [503, "cut"], ["silent"]])
def test_a_broken_download_goes_on(
    fake: Fake, ask: Callable[..., Path], tmp_path: Path, trouble: list[Any]
) -> None:
    raw = _grid(tmp_path)
    fake.files["/worldpop/2020/CHN/chn_ppp_2020.tif"] = raw
    fake.trouble = [None, None, *trouble]
    ask(country="CHN")
    assert next((tmp_path / "cache").glob("*.tif")).read_bytes() == raw
    if trouble[0] == "cut":
        assert any("Range" in headers for _, headers in fake.asked)


@pytest.mark.parametrize("cut", [False, True])
def test_two_runs_at_once_fetch_a_file_once(fake: Fake, tmp_path: Path, cut: bool) -> None:
    """The second comes when the first has half, or has been cut and goes on."""
    raw = np.random.default_rng(1).bytes(1_000_000)
    fake.files["/grid.tif"], fake.trouble = raw, ["cut", "slow"] if cut else ["slow"]
    web = Web(cache=tmp_path / "cache", tries=4, patience_s=0.001, timeout_s=2)
    found: list[Path] = []
    first = threading.Thread(target=lambda: found.append(web.file(f"{fake.url}/grid.tif", suffix=".tif")))
    first.start()
    while first.is_alive() and sum(p.stat().st_size for p in (tmp_path / "cache").glob("*.part")) < 450_000:
        first.join(0.01)
    second = web.file(f"{fake.url}/grid.tif", suffix=".tif")
    first.join()
    assert found == [second]
    assert second.read_bytes() == raw
    assert len(fake.asked) == 1 + cut
    assert [p.name for p in (tmp_path / "cache").iterdir()] == [second.name]


def test_a_run_that_died_is_not_waited_for(fake: Fake, tmp_path: Path) -> None:
    """What it had is gone on from; its lock is nobody's."""
    raw = np.random.default_rng(2).bytes(50_000)
    fake.files["/grid.tif"], fake.trouble = raw, ["cut"]
    url, cache = f"{fake.url}/grid.tif", tmp_path / "cache"
    with pytest.raises(InputError, match="after 1 try"):
        Web(cache=cache, tries=1).file(url, suffix=".tif")
    [part] = cache.iterdir()
    (cache / part.name.replace(".part", ".lock")).touch()
    assert Web(cache=cache).file(url, suffix=".tif").read_bytes() == raw
    assert fake.asked[1][1]["Range"] == f"bytes={len(raw) // 3}-"


def test_what_lies_there_and_does_not_fit_is_fetched_anew(fake: Fake, tmp_path: Path) -> None:
    raw = b"grid" * 1000
    url, cache = f"{fake.url}/grid.tif", tmp_path / "cache"
    fake.files["/grid.tif"], fake.trouble = raw, ["cut", 416]
    assert Web(cache=cache, patience_s=0.001).file(url, suffix=".tif").read_bytes() == raw
    assert ["Range" in headers for _, headers in fake.asked] == [False, True, False]


def test_waiting_grows_and_the_servers_own_word_wins(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    web = Web(cache=tmp_path / "cache", tries=5, patience_s=40)
    fake.trouble, fake.files["/a.json"] = [b"<", b"<", 503, b"<"], b"{}"
    assert web.json(f"{fake.url}/a.json") == {}
    assert slept == [40, 80, 0, 120]


def test_an_unknown_country(ask: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"refused.*404"):
        ask(country="ZZZ")


def test_a_taken_folder_and_no_area(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="not empty"):
        ask()
    (tmp_path / "study" / "mine.txt").unlink()
    with pytest.raises(InputError, match="one of"):
        ask(place_name=None)
    umask = os.umask(0o022)
    try:
        assert ask().is_file()
    finally:
        os.umask(umask)
    assert [p.name for p in tmp_path.iterdir() if "carecircle" in p.name] == []
    made = {"boundaries", "population", "roads", "study.toml"}
    assert {p.name for p in (tmp_path / "study").iterdir()} == made
    assert stat.S_IMODE((tmp_path / "study").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "study" / "roads").stat().st_mode) == 0o755


def test_the_question_is_as_overpass_wants_it() -> None:
    query = overpass_query((104.5, 31.3, 104.6, 31.4))
    assert query.startswith("[out:json]")
    assert "way[highway](31.30000,104.50000,31.40000,104.60000);" in query
    assert worldpop_url(Servers(), "deu", 2020).endswith("/2020/DEU/deu_ppp_2020.tif")


def test_local_files_serve_instead(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    pbf = tmp_path / "extract.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as out:
        for i, (x, y) in enumerate(SQUARE.exterior.coords[:-1], 1):
            out.add_node(osmium.osm.mutable.Node(id=i, location=(x, y)))
        out.add_node(osmium.osm.mutable.Node(id=9, location=(104.51, 31.31), tags={"amenity": "clinic"}))
        out.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3, 4, 1], tags={"highway": "primary"}))
        tags = {"type": "boundary", "boundary": "administrative", "name": "罗江区"}
        out.add_relation(osmium.osm.mutable.Relation(id=5, members=[("w", 1, "outer")], tags=tags))
    (tmp_path / "own.tif").write_bytes(_grid(tmp_path))
    found = load_inputs(load_study(ask(pbf=pbf, raster=tmp_path / "own.tif")))
    assert fake.asked == []
    assert found.areas["area_id"].tolist() == ["r5"]
    assert found.region.area == pytest.approx(1.9e3 * 2.2e3, rel=0.05)
    assert found.ledger.inside > 0
    (tmp_path / "study").rename(tmp_path / "done")
    with pytest.raises(InputError, match="no administrative boundary"):
        ask(pbf=pbf, place_name="别处")
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(b"no")
    with pytest.raises(InputError, match="not a complete"):
        ask(pbf=bad, place_name="罗江区")


def test_a_boundary_file_serves_too(ask: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "区.gpkg"
    gpd.GeoDataFrame({"area_id": ["510604"]}, geometry=[SQUARE], crs=4326).to_file(path)
    study = load_study(ask(place_name=None, boundary=path))
    assert load_inputs(study).areas["area_id"].tolist() == ["510604"]


@pytest.mark.real
def test_heidelberg_through_the_server(fake: Fake, ask: Callable[..., Path], tmp_path: Path) -> None:
    """The real extract's own elements, asked for over HTTP, give the roads and hospitals the file gives."""
    path = str(real("heidelberg/heidelberg.osm.pbf"))
    square = shapely.box(8.66, 49.40, 8.69, 49.42)
    west, south, east, north = shapely.box(8.63, 49.38, 8.72, 49.44).bounds
    elements: dict[tuple[str, int], dict[str, Any]] = {}
    marks = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(osmium.filter.KeyFilter("barrier"))
    barriers = {node.id: {t.k: t.v for t in node.tags} for node in marks}
    areas = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter("highway"))
    named = {"n": "node", "w": "way", "r": "relation"}
    for area in areas:
        members = [{"type": named[m.type], "ref": m.ref, "role": m.role} for m in area.members]
        told = {t.k: t.v for t in area.tags}
        elements["r", area.id] = {"type": "relation", "id": area.id, "members": members, "tags": told}
    edges = {m["ref"] for e in elements.values() for m in e["members"] if m["type"] == "way"}
    keys = {"highway", "amenity", "healthcare"}
    for way in osmium.FileProcessor(path).with_locations():
        if not way.is_way() or not (way.id in edges or keys & {t.k for t in way.tags}):
            continue
        spots = [(n.ref, n.lon, n.lat) for n in way.nodes]
        if not any(west < x < east and south < y < north for _, x, y in spots):
            continue
        tags = {t.k: t.v for t in way.tags}
        elements["w", way.id] = {"type": "way", "id": way.id, "nodes": [r for r, _, _ in spots], "tags": tags}
        for ref, x, y in spots:
            node = {"type": "node", "id": ref, "lon": x, "lat": y, "tags": barriers.get(ref, {})}
            elements["n", ref] = node
    fake.overpass = json.dumps({"elements": list(elements.values())}).encode()
    fake.places = [{"name": "Heidelberg", "geojson": json.loads(shapely.to_geojson(square))}]
    patient = Web(cache=tmp_path / "cache", timeout_s=60.0)
    fetched = load_inputs(load_study(ask(place_name="Heidelberg", web=patient)))
    study = fetched.study
    own = study.model_copy(update={"roads": study.roads.model_copy(update={"path": Path(path)})})
    local = load_inputs(own)
    assert len(fetched.edges) == len(local.edges) > 5_000
    assert fetched.edges["length_m"].sum() == pytest.approx(local.edges["length_m"].sum(), rel=1e-6)
    assert set(fetched.facilities["category"]) == {"医院"}
