"""Every kind of table at the door, and every way it is broken."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter

from carecircle.errors import InputError
from carecircle.inputs.facilities.reading import read_facilities
from carecircle.inputs.tables.reading import read_table
from carecircle.study import Facilities

COLUMNS = ("facility_id", "name", "category", "lon", "lat")
TEXT = "机构编码,机构名称,机构类别,经度,纬度\n0510604001,罗江区人民医院,综合医院,104.5,31.3\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(table: Callable[..., Path], encoding: str) -> None:
    found = read_table(table(TEXT, encoding=encoding), columns=COLUMNS)
    assert found.text("name").tolist() == ["罗江区人民医院"]
    assert found.text("facility_id").tolist() == ["0510604001"]
    assert found.numbers("lon")[0].tolist() == [104.5]
    assert found.frame.index.tolist() == [2]


def test_rare_characters_survive_gb18030(table: Callable[..., Path]) -> None:
    path = table(TEXT.replace("罗江区", "㙟头"), encoding="gb18030")
    assert read_table(path, columns=COLUMNS).text("name").tolist() == ["㙟头人民医院"]


def test_title_rows_above_the_header(table: Callable[..., Path]) -> None:
    path = table("罗江区医疗卫生机构一览表,,,,\n填报单位：卫健局,,,,\n" + TEXT)
    found = read_table(path, columns=COLUMNS)
    assert found.frame.index.tolist() == [4]
    assert [f.sentence.key for f in found.findings] == ["inputs.title_rows"]


def test_a_given_header_wins(table: Callable[..., Path]) -> None:
    path = table("id,label,kind,x,y\n1,a,医院,1,2\n")
    found = read_table(path, columns=COLUMNS, given={"name": "kind", "category": "label"})
    assert found.text("name").tolist() == ["医院"]
    assert found.text("category").tolist() == ["a"]


def test_semicolons_and_quoted_line_breaks(table: Callable[..., Path]) -> None:
    found = read_table(table('id;name;lon;lat\n1;"a\nb";1;2\n\n2;c;3;4\n'), columns=COLUMNS)
    assert found.text("name").tolist() == ["a\nb", "c"]
    assert found.frame.index.tolist() == [2, 4]


def test_a_spreadsheet_keeps_codes(tmp_path: Path) -> None:
    path = tmp_path / "表 一.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write(0, 0, None)
        sheet = book.add_worksheet("机构")
        sheet.merge_range(0, 0, 0, 4, "罗江区医疗卫生机构一览表")
        sheet.write_row(1, 0, ["机构编码", "机构名称", "机构类别", "经度", "纬度"])
        sheet.write_row(2, 0, [510604001, "=医院", "综合医院", 104.25, 31.5])
        sheet.write_string(2, 1, "=医院")
        sheet.write_row(3, 0, [5.106040010012e21, "乙", "诊所", 104, 31])
    found = read_table(path, columns=COLUMNS)
    assert found.text("facility_id").tolist()[0] == "510604001"
    assert found.text("name").tolist()[0] == "=医院"
    assert found.numbers("lat")[0].tolist() == [31.5, 31.0]
    assert found.frame.index.tolist() == [3, 4]
    assert [f.sentence.key for f in found.findings] == ["inputs.broken_code", "inputs.title_rows"]


def test_another_sheet_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("甲").write_column(0, 0, ["name", "a"])
        book.add_worksheet("乙").write_column(0, 0, ["name", "b"])
    assert read_table(path, columns=COLUMNS, layer="乙").text("name").tolist() == ["b"]
    first = read_table(path, columns=COLUMNS)
    assert first.text("name").tolist() == ["a"]
    assert [f.sentence.key for f in first.findings] == ["inputs.other_sheets"]
    with pytest.raises(InputError, match="no sheet or layer"):
        read_table(path, columns=COLUMNS, layer="丙")


@pytest.mark.parametrize("name", ["t.gpkg", "t.geojson", "t.shp", "t.parquet"])
def test_gis_layers(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["甲", None], "code": [510604001001, 2]},
        geometry=[shapely.Point(104.5, 31.3), shapely.Point(1, 2)],
        crs=4326,
    )
    path = tmp_path / name
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_file(path, encoding="utf-8")
    found = read_table(path, columns=("name", "area_id"))
    assert found.text("name").tolist() == ["甲", None]
    assert found.text("area_id").tolist() == ["510604001001", "2"]
    assert found.geometry is not None
    assert found.geometry.crs.to_epsg() == 4326


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_a_shapefile_without_its_cpg(tmp_path: Path, encoding: str) -> None:
    frame = gpd.GeoDataFrame({"name": ["略坪镇"]}, geometry=[shapely.Point(1, 2)], crs=4326)
    path = tmp_path / "t.shp"
    frame.to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    assert read_table(path, columns=("name",)).text("name").tolist() == ["略坪镇"]


def test_a_plain_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"id": [1.0, 2.5], "name": ["a", None]}).to_parquet(path)
    found = read_table(path, columns=("facility_id", "name"))
    assert found.text("facility_id").tolist() == ["1", "2.5"]
    assert found.geometry is None


def test_units_in_headers(table: Callable[..., Path]) -> None:
    found = read_table(table("代码,人口（万人）\n1,3.5\n"), columns=("area_id", "residents"))
    assert found.numbers("residents")[0].tolist() == [35000.0]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.xls", "t.gpkg", "t.geojson", "t.parquet", "t.shp"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02" * 50, b"PK\x03\x04 cut short", b"{", b"\xff\xfe\xfa"]
)
def test_damaged_files_say_so(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_table(path, columns=COLUMNS)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "empty_table"), ("\n\n", "empty_table"), ("id,name\n", "empty_table"), ("\n,,\n", "empty_table")],
)
def test_empty_tables(table: Callable[..., Path], text: str, key: str) -> None:
    with pytest.raises(InputError) as raised:
        read_table(table(text), columns=COLUMNS)
    assert raised.value.sentence.key == f"inputs.{key}"


def test_a_missing_file_and_a_missing_given_header(tmp_path: Path, table: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "没有.csv", columns=COLUMNS)
    with pytest.raises(InputError, match="name refers to"):
        read_table(table(TEXT), columns=COLUMNS, given={"name": "单位"})


# ---- older workbooks, several sheets, headers over two rows -------------------------------------------

TABLES = Path(__file__).parent / "tables"
COUNTY = [
    ["罗江区医疗卫生机构一览表"],
    ["机构编号", "机构名称", "机构类别", "经度", "纬度", "床位数（张）"],
    ["51060400001", "德阳市罗江区人民医院", "综合医院", 104.51, 31.32, 550],
    ["51060400002", "万安镇卫生院", "乡镇卫生院", 104.52, 31.33, "２０"],
]


def _ods(path: Path, rows: list[list[object]]) -> Path:
    """An OpenDocument spreadsheet, as little of it as there can be."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = "".join(f"<table:table-row>{''.join(map(cell, r))}</table:table-row>" for r in rows)
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", kind)
        out.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            "</manifest:manifest>",
        )
        out.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body>'
            f'<office:spreadsheet><table:table table:name="机构">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )
    return path


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_older_and_open_workbooks(tmp_path: Path, kind: str) -> None:
    path = TABLES / "county.xls" if kind == "xls" else _ods(tmp_path / "county.ods", COUNTY)
    found, findings = read_facilities(Facilities(path=path))
    assert found["facility_id"].tolist() == ["51060400001", "51060400002"]
    assert found["name"].tolist() == ["德阳市罗江区人民医院", "万安镇卫生院"]
    assert [a["beds"] for a in found["attributes"]] == [550.0, 20.0]
    assert (found.geometry.x.tolist(), found.geometry.y.tolist()) == ([104.51, 104.52], [31.32, 31.33])
    assert [f.sentence.key for f in findings] == ["inputs.title_rows"]


def _workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(row, column, cell)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        # 坐标 merged over two columns, the rest merged downwards: the upper row holds most names
        [["机构名称", "机构类别", "坐标", None, "床位数"], [None, None, "经度", "纬度", None]],
        # groups above, names below; the last column has only its upper half
        [["基本情况", None, "坐标", None, "床位数"], ["机构名称", "机构类别", "经度", "纬度", None]],
        [
            ["罗江区医疗机构"],
            ["机构名称", "机构类别", "坐标", None, "床位数"],
            [None, None, "经度", "纬度", None],
        ],
    ],
)
def test_headers_over_two_rows(tmp_path: Path, rows: list[list[object]]) -> None:
    body = [["人民医院", "综合医院", 104.5, 31.3, 550], ["万安卫生院", "乡镇卫生院", 104.6, 31.4, 20]]
    path = _workbook(tmp_path / "t.xlsx", {"表": [*rows, *body]})
    found, _ = read_facilities(Facilities(path=path))
    assert found["name"].tolist() == ["人民医院", "万安卫生院"]
    assert found.geometry.x.tolist() == [104.5, 104.6]
    assert [a["beds"] for a in found["attributes"]] == [550.0, 20.0]
    assert found["row"].tolist() == [len(rows) + 1, len(rows) + 2]


def test_the_first_sheet_that_is_a_table_is_read(tmp_path: Path) -> None:
    cover = [["罗江区卫生健康局"], ["联系人", "张三"]]
    sheets = {"封面": cover, "机构": [["机构名称", "机构类别"], ["人民医院", "综合医院"]]}
    found, findings = read_facilities(Facilities(path=_workbook(tmp_path / "t.xlsx", sheets)))
    assert found["name"].tolist() == ["人民医院"]
    assert findings[0].sentence.facts == {"read": "机构", "others": ["封面"]}
