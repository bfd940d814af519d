"""One table of facilities laid out as many small files, each as somebody keeps such files."""

from __future__ import annotations

import itertools
import warnings
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import xlsxwriter

from carecircle.inputs.datum import wgs84_to_bd09, wgs84_to_gcj02

LON, LAT, KIND, BEDS = "经度", "纬度", "机构类别", "床位数"


def _sheet(rows: pd.DataFrame, path: Path) -> str:
    """A workbook with a title, cells of one category merged downwards, a row of sums and a note."""
    rows = rows.sort_values(KIND, kind="stable")
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("封面").write(0, 0, "医疗卫生机构名录")
        sheet = book.add_worksheet("名录")
        sheet.merge_range(0, 0, 0, 5, "医疗卫生机构一览表（2025年）")
        sheet.write_row(1, 0, list(rows.columns))
        for number, row in enumerate(rows.fillna("").to_numpy().tolist(), 2):
            sheet.write_row(number, 0, row)
        at = rows.columns.get_loc(KIND)
        first = 2
        for kind, run in itertools.groupby(rows[KIND]):
            last = first + len(list(run)) - 1
            if last > first:
                sheet.merge_range(first, at, last, at, kind)
            first = last + 1
        sheet.write(first, 0, "合计")
        sheet.write(first, rows.columns.get_loc(BEDS), pd.to_numeric(rows[BEDS]).sum())
        sheet.write(first + 1, 0, "注：以上数据截至年底。")
    return ""


def _layer(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    places = gpd.points_from_xy(rows[LON].astype(float), rows[LAT].astype(float))
    places[rows[LON].isna().to_numpy()] = None
    return gpd.GeoDataFrame(rows.drop(columns=[LON, LAT]), geometry=places, crs=4326)


def _gbk_shapefile(rows: pd.DataFrame, path: Path) -> str:
    """Names in GBK, and nothing beside it that says so; headers cut to ten bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the format cuts long headers
        _layer(rows).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return ""


def _zipped(rows: pd.DataFrame, path: Path) -> str:
    inner = path.with_suffix(".shp")
    _gbk_shapefile(rows, inner)
    with zipfile.ZipFile(path, "w") as folder:
        for part in sorted(inner.parent.glob(f"{inner.stem}.*")):
            if part != path:
                folder.write(part, part.name)
                part.unlink()
    return ""


def _kml(rows: pd.DataFrame, path: Path) -> str:
    said = []
    for row in rows.fillna("").to_dict("records"):
        held = "".join(
            f'<Data name="{k}"><value>{escape(v)}</value></Data>'
            for k, v in row.items()
            if k not in (LON, LAT)
        )
        point = "" if not row[LON] else f"<Point><coordinates>{row[LON]},{row[LAT]}</coordinates></Point>"
        said.append(f"<Placemark><ExtendedData>{held}</ExtendedData>{point}</Placemark>")
    head = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    path.write_text(f"{head}{''.join(said)}</Document></kml>", encoding="utf-8")
    return ""


def _shifted(to: Callable[..., Any], datum: str, *, said: bool) -> Callable[[pd.DataFrame, Path], str]:
    """Coordinates of a Chinese web map, the study file or the header saying so; GB18030, tabs, a title."""

    def write(rows: pd.DataFrame, path: Path) -> str:
        lon, lat = to(rows[LON].astype(float).to_numpy(), rows[LAT].astype(float).to_numpy())
        headers = {} if said else {LON: f"{LON}_{datum}", LAT: f"{LAT}_{datum}"}
        table = rows.assign(**{LON: lon, LAT: lat}).rename(columns=headers)
        text = table.to_csv(sep="\t", index=False)
        path.write_bytes(f"机构坐标\n{text}".encode("gb18030"))
        return f'datum = "{datum}"\n' if said else ""

    return write


def _geojson(rows: pd.DataFrame, path: Path) -> str:
    _layer(rows).to_file(path, driver="GeoJSON")
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    return ""


def _one_cell(rows: pd.DataFrame, path: Path) -> str:
    rows.assign(location=rows[LON] + "," + rows[LAT]).drop(columns=[LON, LAT]).to_csv(path, index=False)
    return ""


def _parquet(rows: pd.DataFrame, path: Path) -> str:
    _layer(rows).to_parquet(path)
    return ""


def _geopackage(rows: pd.DataFrame, path: Path) -> str:
    _layer(rows).to_file(path, layer="机构")
    return ""


WAYS: tuple[tuple[str, Callable[[pd.DataFrame, Path], str]], ...] = (
    (".xlsx", _sheet), (".shp", _gbk_shapefile), (".csv", _shifted(wgs84_to_gcj02, "gcj02", said=True)),
    (".kml", _kml), (".zip", _zipped), (".txt", _shifted(wgs84_to_bd09, "bd09", said=True)),
    (".geojson", _geojson), (".gpkg", _geopackage), (".csv", _one_cell), (".parquet", _parquet),
    (".csv", _shifted(wgs84_to_gcj02, "gcj02", said=False)),
)  # fmt: skip


def laid_in_pieces(rows: pd.DataFrame, folder: Path, count: int) -> str:
    """Write rows (every cell text) as so many files; returns the sections of study.toml that read them."""
    folder.mkdir()
    said = []
    for number in range(count):
        suffix, write = WAYS[number % len(WAYS)]
        path = folder / f"名录{number}{suffix}"
        more = write(rows.iloc[number::count].reset_index(drop=True), path)
        section = "[facilities]" if number == 0 else "[[more_facilities]]"
        said.append(f'{section}\npath = "{folder.name}/{path.name}"\n{more}')
    return "\n".join(said)
