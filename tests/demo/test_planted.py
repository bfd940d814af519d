"""Each planted feature of the county, found again in its files by a few lines of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pandas as pd
import pytest
import rasterio
import shapely
from pyproj import Geod
from scipy.spatial import cKDTree

from carecircle import categories
from realdata import ROOT

DATA = ROOT / "data"
PLANE = "EPSG:4543"
GEOD = Geod(ellps="WGS84")
MOTORWAY = ("motorway", "motorway_link")


@dataclass
class Way:
    nodes: list[int]
    line: shapely.LineString
    tags: dict[str, str]


@pytest.fixture(scope="module")
def ways() -> list[Way]:
    found = []
    for way in osmium.FileProcessor(str(DATA / "roads/roads.osm.pbf")).with_locations():
        if way.is_way():
            line = shapely.LineString([(n.lon, n.lat) for n in way.nodes])
            found.append(Way([n.ref for n in way.nodes], line, {t.k: t.v for t in way.tags}))
    plane = gpd.GeoSeries([w.line for w in found], crs=4326).to_crs(PLANE)
    for way, line in zip(found, plane, strict=True):
        way.line = line
    return found


@pytest.fixture(scope="module")
def streets(ways: list[Way]) -> list[Way]:
    return [w for w in ways if "highway" in w.tags]


@pytest.fixture(scope="module")
def areas() -> dict[str, gpd.GeoDataFrame]:
    return {
        n: gpd.read_file(DATA / f"boundaries/{n}.gpkg").to_crs(PLANE) for n in ("county", "towns", "villages")
    }


@pytest.fixture(scope="module")
def sheet() -> gpd.GeoDataFrame:
    table = pd.read_csv(
        DATA / "facilities/facilities.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False
    )
    points = gpd.points_from_xy(table["经度"].astype(float), table["纬度"].astype(float), crs=4326)
    return gpd.GeoDataFrame(table, geometry=points).to_crs(PLANE)


@pytest.fixture(scope="module")
def cells() -> gpd.GeoDataFrame:
    with rasterio.open(DATA / "population/residents.tif") as raster:
        counts = raster.read(1)
        rows, columns = np.nonzero((counts != raster.nodata) & (counts > 0))
        x, y = raster.xy(rows, columns)
        points = gpd.points_from_xy(x, y, crs=raster.crs)
        return gpd.GeoDataFrame({"residents": counts[rows, columns]}, geometry=points).to_crs(PLANE)


def network(streets: list[Way], *, directed: bool = False, without: tuple[str, ...] = ()) -> nx.Graph:
    graph = nx.MultiDiGraph() if directed else nx.Graph()
    for way in streets:
        if way.tags["highway"] in without:
            continue
        steps = np.hypot(*np.diff(shapely.get_coordinates(way.line), axis=0).T)
        for a, b, length in zip(way.nodes[:-1], way.nodes[1:], steps, strict=True):
            graph.add_edge(a, b, length=length)
            if directed and way.tags.get("oneway") != "yes":
                graph.add_edge(b, a, length=length)
    return graph


def positions(streets: list[Way]) -> dict[int, tuple[float, float]]:
    return {n: xy for w in streets for n, xy in zip(w.nodes, w.line.coords, strict=True)}


def test_three_streets_nine_towns_and_their_villages_tile_a_thousand_square_kilometres(
    areas: dict[str, gpd.GeoDataFrame],
) -> None:
    county, towns, villages = areas["county"], areas["towns"], areas["villages"]
    assert Counter(towns["区划类型"]) == {"街道": 3, "镇": 9}
    assert Counter(villages["区划类型"]) == {"社区": 27, "村": 83}
    area = abs(GEOD.geometry_area_perimeter(county.to_crs(4326).geometry[0])[0]) / 1e6
    assert area == pytest.approx(1000, abs=5)
    assert county.geometry[0].area / county.geometry[0].envelope.area < 0.8  # no rectangle
    for finer in (towns, villages):
        assert finer.is_valid.all()
        assert finer.area.sum() == pytest.approx(county.area.sum(), rel=1e-9)
        assert finer.union_all().symmetric_difference(county.geometry[0]).area < 10
    for row in villages.itertuples():
        assert row.区划代码.startswith(row.上级代码)
        assert (row.城乡属性 == "城镇") == (row.城乡分类代码 == "111")


def test_two_hundred_and_ten_thousand_people_inside(
    areas: dict[str, gpd.GeoDataFrame], cells: gpd.GeoDataFrame
) -> None:
    county = areas["county"].geometry[0]
    squares = cells.buffer(50, cap_style="square")
    inside = squares.within(county)
    assert cells["residents"][inside].sum() == 210_000
    assert cells["residents"].sum() == 211_860
    assert not squares[~inside].intersects(county).any()  # the boundary cuts nobody's cell


def test_only_two_bridges_join_the_banks(ways: list[Way], streets: list[Way]) -> None:
    river = next(w.line for w in ways if w.tags.get("waterway") == "river")
    bridges = [w for w in streets if w.tags.get("bridge") == "yes"]
    assert len(bridges) == 2
    assert [w for w in streets if w.line.intersects(river)] == bridges
    at = positions(streets)
    whole = network(streets)
    north, south = bridges[0].nodes[0], bridges[0].nodes[-1]
    for kept in bridges:  # one bridge is enough to get across
        cut = whole.copy()
        cut.remove_edges_from([(w.nodes[0], w.nodes[-1]) for w in bridges if w is not kept])
        assert nx.has_path(cut, north, south)
    whole.remove_edges_from([e for w in bridges for e in zip(w.nodes, w.nodes[1:], strict=False)])
    assert not nx.has_path(whole, north, south)
    assert at[north][1] > at[south][1]


def test_the_isle_has_roads_and_people_of_its_own(
    areas: dict[str, gpd.GeoDataFrame], ways: list[Way], streets: list[Way], cells: gpd.GeoDataFrame
) -> None:
    parts = sorted(nx.connected_components(network(streets, without=MOTORWAY)), key=len)
    assert len(parts) == 2
    isle = [w for w in streets if set(w.nodes) <= parts[0]]
    assert sum(w.line.length for w in isle) > 1000
    roads = shapely.MultiLineString([w.line for w in isle])
    village = areas["villages"].set_index("名称").geometry["镜心村"]
    assert village.contains(roads)
    here = cells.within(village)
    assert cells["residents"][here].sum() == 920
    assert (cells[here].distance(roads) < 500).all()
    ferry = next(w for w in ways if w.tags.get("route") == "ferry")
    assert {n in parts[0] for n in (ferry.nodes[0], ferry.nodes[-1])} == {True, False}


def test_the_motorway_touches_the_rest_only_through_ramps(streets: list[Way]) -> None:
    main = [w for w in streets if w.tags["highway"] == "motorway"]
    ramps = [w for w in streets if w.tags["highway"] == "motorway_link"]
    assert len(main) == 2
    assert len(ramps) == 12
    own = {n for w in main for n in w.nodes}
    assert not own & {n for w in streets if w.tags["highway"] not in MOTORWAY for n in w.nodes}
    assert all(w.tags["oneway"] == "yes" for w in main + ramps)
    ahead = [np.subtract(w.line.coords[-1], w.line.coords[0]) for w in main]
    assert ahead[0] @ ahead[1] < 0


def test_one_way_streets_come_in_opposite_pairs(streets: list[Way]) -> None:
    heading: dict[str, list[np.ndarray]] = defaultdict(list)
    for way in streets:
        if way.tags.get("oneway") == "yes" and way.tags["highway"] not in MOTORWAY:
            heading[way.tags["name"]].append(np.subtract(way.line.coords[-1], way.line.coords[0]))
    assert set(heading) == {"云台东路", "云台西路", "古渡北街", "古渡南街"}
    sums = {name: np.sum(steps, axis=0) for name, steps in heading.items()}
    for one, other in (("云台东路", "云台西路"), ("古渡北街", "古渡南街")):
        cosine = sums[one] @ sums[other] / np.hypot(*sums[one]) / np.hypot(*sums[other])
        assert cosine < -0.98
        for name in (one, other):  # every block of a street runs the same way
            assert all(step @ sums[name] > 0 for step in heading[name])


def test_every_place_on_a_road_can_be_left_and_reached_by_car(streets: list[Way]) -> None:
    drive = network(streets, directed=True, without=("steps", "pedestrian", "motorway", "motorway_link"))
    parts = sorted(nx.strongly_connected_components(drive), key=len)
    assert len(parts[-1]) + len(parts[-2]) > 0.999 * len(drive)  # the county and the isle


def test_the_odd_tags_are_there(streets: list[Way]) -> None:
    kinds = Counter(w.tags["highway"] for w in streets)
    for kind in (
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "steps",
        "pedestrian",
    ):
        assert kinds[kind] > 0, kind
    assert sum(w.tags.get("tunnel") == "yes" for w in streets) == 1
    assert any(w.tags.get("access") == "private" for w in streets)
    assert sum("maxspeed" in w.tags for w in streets) > 100


def test_about_two_hundred_facilities_of_known_kinds(sheet: gpd.GeoDataFrame) -> None:
    assert 190 <= len(sheet) <= 210
    assert sheet["机构编号"].is_unique
    assert sheet["机构名称"].is_unique
    assert set(sheet["机构类别"]) <= set(categories.categories())
    roles = {r for cell in sheet["称号"] for r in cell.split("、") if r}
    assert all(categories.is_role(r) for r in roles)
    departments = {r for cell in sheet["科室"] for r in cell.split("、") if r}
    assert departments <= set(categories.departments())
    assert Counter(sheet["机构状态"]) == {"在用": len(sheet) - 2, "规划": 1, "停用": 1}
    assert sheet["机构名称"].str.contains("分院（原").sum() == 4
    centres = sheet[sheet["机构类别"].isin(["社区卫生服务站", "乡镇卫生院", "中心卫生院"])]
    assert (centres["卫生人员数"] == "").sum() == 2  # nobody knows their staff


def test_village_clinics_are_as_planted(areas: dict[str, gpd.GeoDataFrame], sheet: gpd.GeoDataFrame) -> None:
    villages = areas["villages"].set_index("区划代码")
    villages = villages[villages["区划类型"] == "村"]
    clinics = Counter(sheet.loc[sheet["机构类别"] == "村卫生室", "所在区划代码"])
    count = pd.Series([clinics[code] for code in villages.index], index=villages.index)
    big = villages["常住人口"] > 2500
    assert count[big].tolist() == [2]
    without = villages[count == 0]
    small = without[without["常住人口"] < 800]
    assert len(without) == 4
    assert len(small) == 3
    for code, row in small.iterrows():
        near = villages[villages.touches(row.geometry) & (villages["上级代码"] == row["上级代码"])]
        assert (near["常住人口"][count[near.index] > 0] < 800).any(), code
    assert (count[~big & (count > 0)] == 1).all()


def test_facilities_stand_on_their_ground_and_one_off_the_roads(
    areas: dict[str, gpd.GeoDataFrame], streets: list[Way], sheet: gpd.GeoDataFrame
) -> None:
    villages = areas["villages"].set_index("区划代码").geometry
    placed = sheet[sheet["所在区划代码"] != ""]
    assert placed.within(villages[placed["所在区划代码"]].reset_index(drop=True), align=False).mean() > 0.97
    walked = [w.line for w in streets if w.tags["highway"] not in (*MOTORWAY, "trunk")]
    away = shapely.distance(sheet.geometry.to_numpy(), shapely.MultiLineString(walked))
    assert (away > 500).sum() == 1
    assert sheet["机构类别"][away.argmax()] == "村卫生室"
    assert np.sort(away)[-2] < 100
    outside = sheet[~sheet.within(areas["county"].geometry[0])]
    assert outside["机构名称"].tolist() == ["青屏市第一人民医院（邻县）"]


def test_one_health_centre_for_more_than_a_hundred_thousand(
    areas: dict[str, gpd.GeoDataFrame], sheet: gpd.GeoDataFrame
) -> None:
    villages = areas["villages"]
    assert villages["常住人口"][villages["城乡属性"] == "城镇"].sum() > 100_000
    centres = sheet[sheet["机构类别"] == "社区卫生服务中心"]
    assert Counter(centres["机构状态"]) == {"在用": 1, "规划": 1}


def test_the_circle_is_kinder_than_the_road(
    areas: dict[str, gpd.GeoDataFrame], streets: list[Way], sheet: gpd.GeoDataFrame, cells: gpd.GeoDataFrame
) -> None:
    """Thousands across the river are within 5 km of the emergency centre, and more than 5 km by road."""
    at = positions([w for w in streets if w.tags["highway"] not in MOTORWAY])
    nodes = list(at)
    tree = cKDTree(list(at.values()))
    centre = sheet[sheet["机构名称"] == "澄岚县急救中心"].geometry.iloc[0]
    town = areas["towns"].set_index("名称").geometry["南澜街道"]
    south = cells[cells.within(town) & (cells.distance(centre) < 4900)]
    start = nodes[tree.query([centre.x, centre.y])[1]]
    road = nx.single_source_dijkstra_path_length(network(streets, without=MOTORWAY), start, weight="length")
    ends = [nodes[i] for i in tree.query(shapely.get_coordinates(south.geometry))[1]]
    beyond = np.array([road[n] for n in ends]) > 5200
    assert south["residents"][beyond].sum() > 15_000
    far = areas["villages"].set_index("名称").geometry["高新社区"]
    assert (cells[cells.within(far)].distance(centre) > 5000).all()
