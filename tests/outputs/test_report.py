"""The report: it names its sources, every glyph is there, two runs are one file."""

from __future__ import annotations

import dataclasses
import json
import struct
import subprocess
import zipfile
import zlib
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx as word_reader
import pytest

from carecircle import colours
from carecircle.outputs import telling
from carecircle.outputs import write as write_folder
from carecircle.outputs.report import fonts, maps, write_report
from carecircle.outputs.report.blocks import Heading, Picture, Table, Text
from carecircle.outputs.report.clauses import Said, unmet_by_people
from carecircle.outputs.report.content import report
from carecircle.outputs.report.extent import part_of_the_gap, worst_areas
from packreader import needs_font, needs_poppler, pdf_text, squeezed


@pytest.fixture(scope="module", params=["zh", "en"])
def pack(request: pytest.FixtureRequest, analysis: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    study = analysis.study.model_copy(update={"language": request.param})
    found = dataclasses.replace(analysis, study=study)
    folder = tmp_path_factory.mktemp("pack") / "报告"
    write_folder(found, folder)
    return SimpleNamespace(analysis=found, folder=folder, language=request.param)


@needs_font
def test_the_report_names_its_sources_its_run_and_its_limits(pack: Any) -> None:
    paper = word_reader.Document(str(pack.folder / "report.docx"))
    text = "\n".join(p.text for p in paper.paragraphs)
    assert "虚构道路 <i>OSM</i>" in text  # an attribution, as it was written
    assert telling.manifest_hash(pack.analysis.manifest) in text
    assert pack.analysis.plan.title in text
    for heading in (
        "section_unmet",
        "section_method",
        "section_sources",
        "section_assumptions",
        "section_findings",
    ):
        assert Said(pack.language)(heading) in text
    assert len(paper.inline_shapes) == 1 + sum(
        maps.clause_map(pack.analysis, v, pack.language, "x", ()) is not None
        for v in unmet_by_people(pack.analysis)
    )


@needs_font
def test_word_knows_which_font_chinese_is_set_in(pack: Any) -> None:
    parts = zipfile.ZipFile(pack.folder / "report.docx")
    styles, body = parts.read("word/styles.xml").decode(), parts.read("word/document.xml").decode()
    assert 'w:eastAsia="宋体"' in styles
    assert 'w:eastAsia="黑体"' in styles
    assert 'w:eastAsia="黑体"' in body
    assert "w:tblHeader" in body
    assert "w:cantSplit" in body
    assert 'descr="' in body
    assert {p.date_time for p in parts.infolist()} == {(2025, 1, 2, 3, 4, 4)}  # zip keeps even seconds


@needs_font
@needs_poppler
def test_chinese_is_set_in_fonts_that_travel_with_the_pdf(pack: Any) -> None:
    listed = subprocess.run(["pdffonts", str(pack.folder / "report.pdf")], capture_output=True, check=True)
    lines = [line.split() for line in listed.stdout.decode().splitlines()[2:]]
    assert lines
    assert all("yes" in line for line in lines)  # embedded
    found = fonts.find()
    assert found is not None
    family = found.sans.replace(" ", "").casefold()
    assert any(family in line[0].replace("-", "").casefold() for line in lines)


@needs_font
def test_without_a_chinese_font_the_rest_is_written_and_the_absence_said(
    analysis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.pdf").write_text("of an earlier run", encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"schema": "carecircle/manifest/1"}', encoding="utf-8")
    monkeypatch.setattr(fonts, "find", lambda: None)
    names = {p.name for p in write_folder(analysis, tmp_path)}
    assert "report.pdf" not in names
    assert not (tmp_path / "report.pdf").exists()
    assert {"gap_map.html", "index.html", "verdicts.xlsx"} <= names
    why = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["report"]["why_not"]
    assert "fonts-noto-cjk" in why
    assert "report.pdf" not in (tmp_path / "index.html").read_text(encoding="utf-8")


@needs_font
@needs_poppler
def test_a_character_without_a_glyph_stands_as_its_number(analysis: Any, tmp_path: Path) -> None:
    study = analysis.study.model_copy(update={"title": "\U000323af县"})
    found = dataclasses.replace(analysis, study=study)
    write_report(found, tmp_path)
    text = pdf_text(tmp_path / "report.pdf")
    assert "[U+323AF]县" in squeezed(text)
    assert "以Unicode编号代替：U+323AF。" in squeezed(text)


def test_a_map_has_legend_scale_north_and_names(analysis: Any) -> None:
    verdict = next(v for v in analysis.verdicts if v.rule == "M1.radius")
    svg = maps.clause_map(analysis, verdict, "zh", "x", maps.main_roads(analysis))
    assert svg is not None
    for word in ("东河镇", "&lt;b&gt;西山乡&lt;/b&gt;", "公里", ">北<", "未覆盖居民"):
        assert word in svg
    assert "<b>" not in svg
    whole = maps.overview(analysis, "zh", "x")
    assert "nan" not in whole
    assert whole.startswith("<svg")


PROPOSED = [
    {
        "rank": rank,
        "name": name,
        "category": "急救中心（站）",
        "lon": lon,
        "lat": 31.2,
        "newly_covered": people,
    }
    for rank, name, lon, people in ((1, "新址甲", 104.51234, 1234.0), (2, None, 104.6, None))
]


def section_of(analysis: Any, title: str, proposed: Any = ()) -> list[Any]:
    """The blocks under a section's heading."""
    blocks, found = report(analysis, "x", proposed).blocks, []
    begun = False
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            begun = title in block.text
        elif begun:
            found.append(block)
    return found


def test_what_would_mend_it_names_every_unmet_clause_and_what_it_needs(analysis: Any) -> None:
    alone = section_of(analysis, "建议")
    (table,) = [b for b in alone if isinstance(b, Table)]
    unmet = unmet_by_people(analysis)
    assert [row[0] for row in table.rows] == [Said("zh").of(v.title) for v in unmet]
    for row, verdict in zip(table.rows, unmet, strict=True):
        turn = telling.flip(verdict)
        gone = [u for u in verdict.units if u.state == "gap"]
        assert row[1]
        if gone:
            assert str(len(gone)) in row[1]
            assert any(u.name in row[2] for u in gone)
        elif turn is not None:
            assert row[1] == Said("zh").of(turn)
    assert any("尚未做选址测算" in b.text for b in alone if isinstance(b, Text))
    with_sites = section_of(analysis, "建议", PROPOSED)
    sites, needs = [b for b in with_sites if isinstance(b, Table)]
    assert [row[:2] for row in sites.rows] == [("1", "新址甲"), ("2", "—")]
    assert sites.rows[0][3:] == ("1,234", "104.51234, 31.20000")
    assert needs.rows == table.rows
    assert not any("尚未做选址测算" in b.text for b in with_sites if isinstance(b, Text))


def test_where_all_is_met_nothing_is_advised(analysis: Any) -> None:
    met = tuple(v for v in analysis.verdicts if v.outcome.value != "FAIL")
    assert section_of(dataclasses.replace(analysis, verdicts=met), "建议") == []


def test_a_clauses_map_shows_the_part_that_holds_its_gap(analysis: Any) -> None:
    """By hand: twenty people left out in one corner of twenty kilometres."""
    verdict = next(v for v in analysis.verdicts if v.people is not None and v.rule_def.limit is not None)
    everybody = verdict.people.map(lambda _: "covered")
    corner = everybody.copy()
    corner.iloc[:3] = "not_covered"
    few = dataclasses.replace(verdict, people=corner, units=())
    west, south, east, north = part_of_the_gap(analysis, few)
    points = analysis.inputs.demand.geometry.iloc[:3]
    assert all(west < p.x < east and south < p.y < north for p in points)
    whole = analysis.inputs.region.bounds
    assert (east - west) * (north - south) < 0.2 * (whole[2] - whole[0]) * (whole[3] - whole[1])
    assert worst_areas(analysis, few) == [analysis.inputs.demand["area_id"].iloc[0]]
    svg = maps.clause_map(analysis, few, "zh", "x", maps.main_roads(analysis))
    assert svg is not None
    assert "polyline" in svg  # the small outline that says which part it is
    assert part_of_the_gap(analysis, dataclasses.replace(few, people=everybody)) == whole
    spread = everybody.copy()
    spread.iloc[[0, -2]] = "not_covered"  # opposite corners
    assert part_of_the_gap(analysis, dataclasses.replace(few, people=spread)) == whole


def test_shades_are_told_apart_on_a_grey_printer() -> None:
    grey = [
        0.2126 * int(c[1:3], 16) + 0.7152 * int(c[3:5], 16) + 0.0722 * int(c[5:7], 16)
        for c in colours.PRINTED_SHARES
    ]
    steps = [b - a for a, b in pairwise(grey)]
    assert min(steps) > 20


@needs_font
def test_blocks_say_each_clause_once(analysis: Any) -> None:
    content = report(analysis, "x")
    captions = [b.caption for b in content.blocks if isinstance(b, Picture)]
    assert len(set(captions)) == len(captions)
    tables = [b for b in content.blocks if isinstance(b, Table)]
    assert all(len(row) == len(table.head) == len(table.widths) for table in tables for row in table.rows)


def _face(ranges: list[tuple[int, int]], *, collection: bool) -> bytes:
    """A font file with nothing but a cmap: format 4 below U+10000, format 12 for all."""
    small = [(a, b) for a, b in ranges if b < 0xFFFF] + [(0xFFFF, 0xFFFF)]
    n = len(small)
    four = struct.pack(">HHHHHHH", 4, 16 + 8 * n, 0, 2 * n, 0, 0, 0)
    four += struct.pack(f">{n}H", *(b for _, b in small)) + b"\0\0"
    four += struct.pack(f">{n}H", *(a for a, _ in small)) + bytes(4 * n)
    twelve = struct.pack(">HHIII", 12, 0, 16 + 12 * len(ranges), 0, len(ranges))
    twelve += b"".join(struct.pack(">III", a, b, 1) for a, b in ranges)
    cmap = struct.pack(">HHHHIHHI", 0, 2, 3, 1, 20, 3, 10, 20 + len(four)) + four + twelve
    base = 16 if collection else 0
    head = b"OTTO" + struct.pack(">HHHH", 1, 0, 0, 0)
    head += struct.pack(">4sIII", b"cmap", zlib.crc32(cmap), base + 28, len(cmap))
    return (b"ttcf" + struct.pack(">III", 0x10000, 1, 16) if collection else b"") + head + cmap


@pytest.mark.parametrize("collection", [False, True])
def test_glyphs_are_read_from_the_fonts_own_tables(tmp_path: Path, collection: bool) -> None:
    file = tmp_path / "font"
    file.write_bytes(_face([(0x41, 0x5A), (0x4E00, 0x4E05), (0x20000, 0x20002)], collection=collection))
    asked = frozenset(map(ord, "A@[Z一丅丆\U00020000\U00020002\U00020003"))
    assert fonts.glyphs(file, 0, asked) == set(map(ord, "AZ一丅\U00020000\U00020002"))


@needs_font
def test_two_reports_with_one_date_are_one_file(analysis: Any, tmp_path: Path) -> None:
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        write_report(analysis, tmp_path / run)
    for name in ("report.pdf", "report.docx"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    core = zipfile.ZipFile(BytesIO((tmp_path / "one" / "report.docx").read_bytes())).read("docProps/core.xml")
    assert b"2025-01-02T03:04:05Z" in core
