"""Files of the ground become the cells of a study: rasters of any CRS, tiles, classes, barriers."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

from carecircle.crs import between
from carecircle.errors import CarecircleError, InputError, StudyError
from carecircle.inputs.terrain.classes import classes_of
from carecircle.inputs.terrain.ground import ground_of
from carecircle.passage import figures
from carecircle.study import Cover, Study, Terrain, load_study
from carecircle.terrain import GroundCells

UTM = pyproj.CRS.from_epsg(32650)
REGION = shapely.box(500_000, 3_500_000, 500_600, 3_500_400)
"""Six by four cells of 100 m."""
MODES = ("walk", "drive", "ambulance")


def raster(
    path: Path, values: Any, *, west: float = 500_000, north: float = 3_500_400, cell: float = 100.0,
    crs: Any = UTM, nodata: float | None = None, dtype: str = "float32",
) -> Path:  # fmt: skip
    cells = np.asarray(values, dtype=dtype)
    transform = Affine(cell, 0, west, 0, -cell, north)
    with rasterio.open(
        path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1, dtype=dtype,
        crs=crs, transform=transform, nodata=nodata,
    ) as out:  # fmt: skip
        out.write(cells, 1)
    return path


def study(tmp_path: Path, **terrain: Any) -> Study:
    return Study(
        name="s", plan="luojiang", language="en", terrain=Terrain(**terrain), file=tmp_path / "study.toml"
    )


def ground(tmp_path: Path, *, modes: Any = MODES, region: Any = REGION, **terrain: Any) -> GroundCells:
    found, _ = ground_of(study(tmp_path, **terrain), modes, UTM, region, region)
    assert found is not None
    return found


def findings(tmp_path: Path, **terrain: Any) -> list[str]:
    return [f.sentence.key for f in ground_of(study(tmp_path, **terrain), MODES, UTM, REGION, REGION)[1]]


def test_nothing_but_a_cell_size_is_flat_open_ground(tmp_path: Path) -> None:
    flat = ground(tmp_path, cell_m=100)
    assert flat.shape == (4, 6)
    assert flat.transform == (100, 0, 500_000, 0, -100, 3_500_400)
    assert flat.elevation_m is None
    assert set(flat.minutes_per_m) == set(MODES)
    assert flat.walked == {"walk"}
    assert flat.portal_spacing_m is None
    assert ground(tmp_path, cell_m=100, portal_spacing_m=15).portal_spacing_m == 15
    np.testing.assert_array_equal(flat.minutes_per_m["walk"], np.float32(0.06 / 4.0))
    np.testing.assert_array_equal(flat.east_m, 100.0)
    assert "inputs.ground_wet" in findings(tmp_path, cell_m=100)


def test_classes_are_crossed_at_their_speeds(tmp_path: Path) -> None:
    cover = np.full((4, 6), 40)
    cover[:, 2], cover[1, 4], cover[0, 0] = 80, 10, 0
    path = raster(tmp_path / "cover.tif", cover, dtype="uint8")
    cells = ground(tmp_path, cover={"path": path, "classes": "worldcover"})
    expected = np.full((4, 6), 0.06 / 2.5, dtype=np.float32)
    expected[:, 2], expected[1, 4], expected[0, 0] = np.nan, 0.06 / 2.0, np.nan
    np.testing.assert_array_equal(cells.minutes_per_m["walk"], expected)
    assert cells.minutes_per_m["walk"] is cells.minutes_per_m["drive"]
    assert {c.value for c in cells.classes} == {int(v) for v in figures()["cover"]["worldcover"]}
    assert [c.label for c in cells.classes if not c.source] == ["herbaceous wetland", "mangroves"]


def test_the_planners_own_table_speaks_of_modes(tmp_path: Path) -> None:
    path = raster(tmp_path / "cover.tif", np.tile([1, 2, 3, 1, 1, 1], (4, 1)), dtype="int16")
    table = tmp_path / "classes.csv"
    rows = (
        "class,label,speed,mode,source",
        "1,field,3,WALKING,A",
        "2,river,0,,",
        "3,road,60,MOTORIZED,",
        "3,road,4,,",
    )
    table.write_text("\n".join(rows))
    cells = ground(tmp_path, cover={"path": path, "table": {"path": table}})
    walk, drive = cells.minutes_per_m["walk"][0], cells.minutes_per_m["drive"][0]
    np.testing.assert_array_equal(walk, np.float32([0.02, np.nan, 0.015, 0.02, 0.02, 0.02]))
    np.testing.assert_array_equal(drive, np.float32([0.02, np.nan, 0.001, 0.02, 0.02, 0.02]))
    assert "walk" not in cells.on_foot
    assert cells.on_foot["drive"][0].tolist() == [True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ("1,a,fast,", "inputs.not_a_number"), ("1.5,a,3,", "inputs.class_not_whole"),
        ("1,a,-3,", "inputs.class_speed"), ("1,a,3,\n1,b,4,", "inputs.class_twice"),
        ("1,a,3,flying", "inputs.class_mode"), ("7,a,3,", "inputs.unknown_class"),
    ],
)  # fmt: skip
def test_faults_of_a_table_name_row_and_fix(tmp_path: Path, rows: str, key: str) -> None:
    path = raster(tmp_path / "cover.tif", np.ones((4, 6)), dtype="uint8")
    table = tmp_path / "classes.csv"
    table.write_text("class,label,kph,mode\n" + rows)
    with pytest.raises(CarecircleError) as error:
        ground(tmp_path, cover={"path": path, "table": {"path": table}})
    assert error.value.sentence.key == key
    assert "classes.csv" in str(error.value)


def test_frictions_are_minutes_or_seconds_and_hold_their_slopes(tmp_path: Path) -> None:
    values = np.full((4, 6), 0.03)
    values[0, 0], values[0, 1], values[0, 2] = -9999, 0, 1e9
    path = raster(tmp_path / "friction.tif", values, nodata=-9999)
    minutes = ground(tmp_path, friction={"path": path})
    expected = np.full((4, 6), 0.03, dtype=np.float32)
    expected[0, :3] = np.nan
    np.testing.assert_array_equal(minutes.minutes_per_m["walk"], expected)
    assert not minutes.on_foot["walk"].any()
    seconds = ground(tmp_path, friction={"path": path, "unit": "s_per_m", "sloped": True})
    np.testing.assert_allclose(seconds.minutes_per_m["walk"], expected / 60, rtol=1e-7)
    assert not seconds.on_foot


def test_a_raster_in_degrees_keeps_its_cells_and_knows_their_metres(tmp_path: Path) -> None:
    lon, lat = between(UTM, 4326).transform(500_300, 3_500_200)
    west, north = round(lon, 3) - 0.01, round(lat, 3) + 0.01
    path = raster(tmp_path / "f.tif", np.full((20, 20), 0.02), west=west, north=north, cell=0.001, crs=4326)
    cells = ground(tmp_path, friction={"path": path})
    assert cells.transform[0] == 0.001
    geod = pyproj.Geod(ellps="WGS84")
    for row in (0, cells.shape[0] - 1):
        at = cells.transform[5] - 0.001 * (row + 0.5)
        assert cells.east_m[row] == pytest.approx(geod.inv(lon, at, lon + 0.001, at)[2], rel=1e-6)
        assert cells.north_m[row] == pytest.approx(geod.inv(lon, at, lon, at + 0.001)[2], rel=1e-6)
    assert cells.east_m[0] < cells.east_m[-1]  # farther north: narrower


def test_tiles_join_and_other_lattices_are_warped(tmp_path: Path) -> None:
    values = np.arange(24, dtype=float).reshape(4, 6)
    raster(tmp_path / "a.tif", values[:, :3])
    raster(tmp_path / "b.tif", values[:, 3:], west=500_300)
    listed = ground(tmp_path, elevation={"path": [tmp_path / "b.tif", tmp_path / "a.tif"]})
    np.testing.assert_array_equal(listed.elevation_m, values)
    folder = tmp_path / "dem"
    folder.mkdir()
    for name in ("a.tif", "b.tif"):
        (tmp_path / name).rename(folder / name)
    np.testing.assert_array_equal(ground(tmp_path, elevation={"path": folder}).elevation_m, values)
    fine = ground(tmp_path, elevation={"path": folder}, cell_m=50)
    assert fine.shape == (8, 12)
    assert fine.elevation_m is not None
    inner = fine.elevation_m[1:-1, 1:5]  # a plane stays a plane between its centres, to the seam of the tiles
    np.testing.assert_allclose(np.diff(inner, axis=1), 0.5, atol=1e-4)
    np.testing.assert_allclose(np.diff(inner, axis=0), 3.0, atol=1e-4)
    coarse = ground(tmp_path, elevation={"path": folder}, cell_m=200)
    assert coarse.elevation_m is not None
    assert coarse.elevation_m[0, 0] == pytest.approx(values[:2, :2].mean())


def test_cover_follows_the_finer_frame_and_elevation_the_covers(tmp_path: Path) -> None:
    cover = raster(tmp_path / "c.tif", np.full((4, 6), 3), dtype="uint8")
    dem = raster(tmp_path / "d.tif", np.arange(6.0)[None].repeat(4, axis=0) * 10)
    cells = ground(tmp_path, cover={"path": cover, "classes": "clcd"}, elevation={"path": dem})
    assert cells.shape == (4, 6)
    np.testing.assert_array_equal(cells.elevation_m, np.arange(6.0)[None].repeat(4, axis=0) * 10)


def test_gaps_in_the_heights_are_filled_or_closed(tmp_path: Path) -> None:
    values = np.full((4, 40), 50.0)
    values[1, 2], values[:, 15:] = -32768, -32768
    path = raster(tmp_path / "d.tif", values, nodata=-32768, cell=100)
    region = shapely.box(500_000, 3_500_000, 504_000, 3_500_400)
    cells = ground(tmp_path, region=region, elevation={"path": path})
    assert cells.elevation_m is not None
    assert cells.elevation_m[1, 2] == 50.0
    open_ = np.isfinite(cells.minutes_per_m["walk"])
    assert open_[:, :24].all()
    assert not open_[:, 26:].any()
    assert np.isfinite(cells.elevation_m[open_]).all()


def test_srtm_tiles_are_read_by_name_zipped_or_not(tmp_path: Path) -> None:
    heights = np.full((1201, 1201), 7, dtype=">i2")
    heights[600, 600] = -32768
    content = heights.tobytes()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "N31E117.hgt").write_bytes(content)
    (tmp_path / "two").mkdir()
    with zipfile.ZipFile(tmp_path / "two" / "N31E117.hgt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N31E117.hgt", content)
    for folder in ("one", "two"):
        cells = ground(tmp_path, elevation={"path": tmp_path / folder}, cell_m=30)
        assert cells.elevation_m is not None
        np.testing.assert_array_equal(cells.elevation_m, 7.0)


def _cell(cells: GroundCells, row: int, column: int) -> shapely.Polygon:
    a, _, west, _, e, north = cells.transform
    return shapely.box(west + a * column, north + e * (row + 1), west + a * (column + 1), north + e * row)


def test_a_river_touched_is_closed_without_a_gap(tmp_path: Path) -> None:
    line = shapely.LineString([(500_000, 3_500_010), (500_590, 3_500_400)])
    wgs = gpd.GeoSeries([line], crs=UTM).to_crs(4326)
    wgs.to_file(tmp_path / "river.gpkg")
    cells = ground(tmp_path, cell_m=10, barriers=[{"path": tmp_path / "river.gpkg"}])
    shut = np.isnan(cells.minutes_per_m["walk"])
    touched = np.array(
        [[line.intersects(_cell(cells, r, c)) for c in range(shut.shape[1])] for r in range(shut.shape[0])]
    )
    assert (shut & ~touched).sum() <= 2  # the way through degrees bends by millimetres
    assert (touched & ~shut).sum() <= 2
    from scipy.ndimage import label

    sides, _ = label(~shut, structure=np.ones((3, 3)))
    assert sides[0, 0] != sides[-1, -1]  # not even a corner leaks


@pytest.mark.parametrize(
    ("made", "key"),
    [
        ({"west": 600_000}, "inputs.ground_misses"),
        ({"crs": None}, "inputs.no_crs"),
        ({"values": np.full((4, 6), -1.0), "nodata": -1.0}, "inputs.all_nodata"),
        ({"dtype": "complex64"}, "inputs.ground_values"),
    ],
)
def test_rasters_that_do_not_serve_are_refused(tmp_path: Path, made: dict[str, Any], key: str) -> None:
    values = made.pop("values", np.ones((4, 6)))
    path = raster(tmp_path / "f.tif", values, **made)
    with pytest.raises(InputError) as error:
        ground(tmp_path, friction={"path": path})
    assert error.value.sentence.key == key
    assert "f.tif" in str(error.value)


def test_unlike_tiles_and_turned_ones_ask_for_a_cell_size(tmp_path: Path) -> None:
    raster(tmp_path / "a.tif", np.ones((4, 3)))
    raster(tmp_path / "b.tif", np.ones((8, 6)), west=500_300, cell=50)
    both = {"path": [tmp_path / "a.tif", tmp_path / "b.tif"]}
    with pytest.raises(InputError, match="cell_m"):
        ground(tmp_path, elevation=both)
    assert ground(tmp_path, elevation=both, cell_m=100).shape == (4, 6)
    turned = Affine(100, 5, 500_000, 5, -100, 3_500_400)
    with rasterio.open(
        tmp_path / "t.tif", "w", driver="GTiff", height=8, width=8, count=1, dtype="float32", crs=UTM,
        transform=turned,
    ) as out:  # fmt: skip
        out.write(np.ones((1, 8, 8), np.float32))
    with pytest.raises(InputError, match="cell_m"):
        ground(tmp_path, elevation={"path": tmp_path / "t.tif"})


def test_what_is_too_large_names_the_cells_that_would_do(tmp_path: Path) -> None:
    region = shapely.box(400_000, 3_400_000, 600_000, 3_600_000)
    with pytest.raises(InputError, match="cell_m = 20"):
        ground(tmp_path, region=region, cell_m=10)


def test_descriptions_of_data_elsewhere_and_damage_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_text("<VRTDataset></VRTDataset>")
    (tmp_path / "y.tif").write_bytes(b"II*\0" + struct.pack("<I", 8))
    (tmp_path / "z.hgt").write_bytes(b"12")
    for name in ("x.tif", "y.tif", "z.hgt"):
        with pytest.raises(InputError, match=name):
            ground(tmp_path, elevation={"path": tmp_path / name})
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty"):
        ground(tmp_path, elevation={"path": tmp_path / "empty"})


def test_an_all_closed_study_and_an_uncovered_part_are_told(tmp_path: Path) -> None:
    water = raster(tmp_path / "w.tif", np.full((4, 6), 80), dtype="uint8")
    with pytest.raises(InputError, match="closed"):
        ground(tmp_path, cover={"path": water, "classes": "worldcover"})
    part = raster(tmp_path / "p.tif", np.full((4, 3), 40), dtype="uint8")
    assert "inputs.ground_partly" in findings(tmp_path, cover={"path": part, "classes": "worldcover"})


def test_modes_that_never_leave_the_road_have_no_ground(tmp_path: Path) -> None:
    assert ground_of(study(tmp_path, cell_m=100), (), UTM, REGION, REGION) == (None, [])


def test_a_class_of_every_cover_has_a_label_a_speed_and_a_source() -> None:
    for name in ("worldcover", "globeland30", "clcd"):
        for language in ("zh", "en"):
            rows = classes_of(Cover(path=Path("x"), classes=name), language)  # type: ignore[arg-type]
            assert all(row.label and 0 <= row.kph <= 4.0 and row.mode == "walk" for row in rows)
        for row in figures()["cover"][name].values():
            assert row["source"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[terrain]\n", "study.terrain_cells"),
        ("[terrain]\ncell_m = 30\n[[terrain.barriers]]\n", "study.barrier_extract"),
        ('[terrain.cover]\npath = "c.tif"\n', "study.cover_classes"),
        ('[terrain.cover]\npath = "c.tif"\nclasses = "clcd"\n[terrain.friction]\npath = "c.tif"\n',
         "study.cover_and_friction"),
        ("[terrain.elevation]\npath = []\n", "study.tiles"),
        ('[terrain.elevation]\npath = ["none.tif"]\n', "study.missing_input"),
        ('[terrain.elevation]\npath = "c.tif"\nslope = 3\n', "study.unknown_key"),
        ("[terrain]\ncell_m = 30\nroads = false\nportal_spacing_m = 15\n", "study.portals_without_roads"),
        ("[terrain]\ncell_m = 30\nportal_spacing_m = 0\n", "study."),
    ],
)  # fmt: skip
def test_a_study_that_says_too_little_or_too_much(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "c.tif").write_bytes(b"II*\0")
    (tmp_path / "study.toml").write_text('version = 1\nname = "s"\nplan = "luojiang"\n' + text)
    with pytest.raises(StudyError) as error:
        load_study(tmp_path)
    assert error.value.sentence.key.startswith(key)


def test_lists_of_tiles_are_relative_to_the_study_file(tmp_path: Path) -> None:
    (tmp_path / "dem").mkdir()
    (tmp_path / "c.tif").write_bytes(b"II*\0")
    text = 'version = 1\nname = "s"\nplan = "luojiang"\n[terrain.elevation]\npath = ["dem", "c.tif"]\n'
    (tmp_path / "study.toml").write_text(text)
    found = load_study(tmp_path)
    assert found.terrain is not None
    assert found.terrain.files == (tmp_path / "dem", tmp_path / "c.tif")
    assert found.to_dict()["terrain"]["elevation"]["path"] == ["dem", "c.tif"]
