"""A folder from ``init``, filled as a new user would, then run: a map for each plan."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

import carecircle
from carecircle.rules import Outcome, catalogue
from carecircle.starter import init
from worlds import east, street_study


def switch_on(text: str, section: str, **values: str) -> str:
    """Delete the leading # of one section of study.toml and put one's own file names in."""
    lines, inside = [], False
    for line in text.splitlines():
        if re.match(r"# ?\[", line):
            inside = line.startswith(f"# [{section}]")
        elif not line.startswith("#"):
            inside = False
        if inside and re.match(r"# ?(\[|\w+ =)", line):
            line = line.removeprefix("# ")
            key = line.split(" = ")[0]
            if key in values:
                line = f'{key} = "{values[key]}"'
        lines.append(line)
    return "\n".join(lines) + "\n"


ROLES = "三项基本手术、综合产科急救"


def place_facilities(workbook: Path) -> None:
    """Give every listed facility a place on the street, and add a station, a centre and a hospital."""
    sheet = python_calamine.CalamineWorkbook.from_path(str(workbook)).get_sheet_by_name("机构")
    header, *rows = [list(r) for r in sheet.to_python()]
    at = {str(h): i for i, h in enumerate(header)}
    added = (("急救站", "急救中心（站）", ""), ("中心", "社区卫生服务中心", ""), ("医院", "综合医院", ROLES))
    for name, category, roles in added:
        row = [""] * len(header)
        row[at["称号"]] = roles
        row[at["机构编号"]], row[at["机构名称"]], row[at["机构类别"]] = name, name, category
        rows.append(row)
    for number, row in enumerate(rows):
        row[at["经度"]], row[at["纬度"]] = east(100.0 * number)
    with xlsxwriter.Workbook(str(workbook)) as book:
        filled = book.add_worksheet("机构")
        for number, row in enumerate([header, *rows]):
            filled.write_row(number, 0, row)


@pytest.mark.slow
@pytest.mark.parametrize("plan", catalogue())
def test_filled_and_run_it_gives_a_map(plan: str, tmp_path: Path) -> None:
    street_study(tmp_path / "world")
    folder = tmp_path / "我的研究"
    study, workbook, *totals = init(folder, plan)
    for name in ("county.geojson", "residents.csv", "roads.geojson"):
        (tmp_path / "world" / name).rename(folder / name)
    county = (folder / "county.geojson").read_text(encoding="utf-8")
    marked = county.replace('"name": "一条街"', '"name": "一条街", "urban": 1')
    (folder / "county.geojson").write_text(marked, encoding="utf-8")
    text = switch_on(study.read_text(encoding="utf-8"), "boundaries", path="county.geojson")
    text = switch_on(text, "residents", path="residents.csv", format="points", value="count")
    text = switch_on(text, "roads", path="roads.geojson", format="edges")
    assert "# complete = true" in text
    study.write_text(text.replace("# complete = true", "complete = true"), encoding="utf-8")
    place_facilities(workbook)
    for table in totals:
        rows = table.read_text(encoding="utf-8-sig").splitlines()
        table.write_text("\n".join(r for r in rows if "partial_inventory" not in r), encoding="utf-8-sig")

    analysis = carecircle.analyze(folder)
    files = analysis.write(tmp_path / "out")
    assert (tmp_path / "out" / "gap_map.html") in files
    assert (tmp_path / "out" / "gap_map.html").stat().st_size > 10_000
    judged = [v for v in analysis.verdicts if v.outcome in (Outcome.PASS, Outcome.FAIL)]
    assert {v.rule_def.kind for v in judged} & {"radius", "time", "chain"}
    assert len(judged) > {"china": 5, "world": 1}.get(plan, 10)
    for verdict in judged:
        if verdict.rule_def.provenance != "official":
            assert any(a.key.startswith("rules.tier_") for a in verdict.assumptions)
