"""A study folder ready to fill, and a plan judged on nothing but its own published figures."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import xlsxwriter
from shapely.geometry import Polygon

from carecircle import categories
from carecircle.errors import UsageError
from carecircle.inputs.load import Inputs
from carecircle.inputs.totals import read_totals
from carecircle.rules import Plan, Verdict, judge, load_plan, needs
from carecircle.rules.language import Rule
from carecircle.schema import AREAS, FACILITIES, TOTALS
from carecircle.study import Study
from carecircle.texts import Language, Sentence, say

_HEADERS: Mapping[str, str] = {
    "facility_id": "机构编号", "name": "机构名称", "category": "机构类别", "lon": "经度", "lat": "纬度",
    "area_id": "所在区划代码", "status": "机构状态", "designations": "称号",
}  # fmt: skip
_ALWAYS = ("level", "ownership", "departments", "beds")
_CHOICES: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "status": {"zh": ("在用", "规划", "停用"), "en": ("open", "planned", "closed")},
    "ownership": {"zh": ("政府办", "公立", "社会办"), "en": ("government", "public", "private")},
}
_LEVELS = tuple(f"{a}级{b}" for a in "三二一" for b in ("甲等", "乙等", ""))
_TO_BE_BUILT = "新建"
_ROWS = 500
"""Rows of the template that carry drop-downs."""


@dataclass(frozen=True)
class Column:
    """One column of the facility template: its id, header, meaning and the rules it unlocks."""

    id: str
    header: str
    meaning: str
    rules: tuple[str, ...]


def init(folder: str | Path, plan_id: str, *, language: Language = "zh") -> list[Path]:
    """Write a study folder for a plan: study.toml, an Excel facility template and the plan's own figures.

    Parameters
    ----------
    folder
        Made where it does not exist.
    plan_id
        An id of the catalogue, or the path of a plan file.
    language
        ``zh`` or ``en``: of the comments in study.toml and of the template.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UsageError
        If the folder already holds one of the files.
    PlanError
        If the plan cannot be read.
    """
    plan = load_plan(plan_id)
    folder = Path(folder)
    workbook = folder / f"{say('starter.sheet_facilities', language)}.xlsx"
    files = [folder / "study.toml", workbook, folder / "totals.csv"]
    there = [f.name for f in files if f.exists()]
    if there:
        raise UsageError("starter.folder_taken", value=str(folder), files=there)
    folder.mkdir(parents=True, exist_ok=True)
    facts = {
        "title": plan.title, "name": folder.resolve().name, "plan": plan_id, "facilities": workbook.name,
        "layer": say("starter.sheet_facilities", language), "year": str(plan.plan.target_year),
        "baseline": str(plan.plan.baseline_year),
    }  # fmt: skip
    if str(plan_id).endswith(".toml"):
        facts["plan"] = Path(plan_id).resolve().as_posix()
    files[0].write_text(say("starter.study_file", language, **facts), encoding="utf-8")
    _write_template(workbook, plan, language)
    with files[2].open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TOTALS)
        writer.writerows(published_figures(plan, language))
    return files


def published_figures(plan: Plan, language: Language = "zh") -> list[tuple[str, str, float, int, str]]:
    """The figures a plan publishes for its starting year, as rows of a totals table.

    A figure that is a rule's own (beds per 1,000, a share in percent) is filed under the rule's id; a plain
    total (beds, staff) under its attribute. The last row says that the facility table is not complete.
    """
    year, area = plan.plan.baseline_year, plan.plan.adcode
    rows = []
    for rule in plan.rules:
        facts = {"title": plan.title, "section": rule.section, "year": str(year)}
        source = say("starter.source_baseline", language, **facts)
        if rule.baseline is not None and rule.by != "named":
            rows.append((area, rule.id, float(rule.baseline), year, source))
        name = _plain_total(plan, rule)
        if name is not None and isinstance(rule.target, float):
            rows.append((area, name, rule.target * rule.per, year, source))
        if rule.indicator.startswith("planned_") and isinstance(rule.target, float):
            planned = say("starter.source_planned", language, **facts)
            rows.append((area, rule.indicator, rule.target, plan.plan.target_year, planned))
    rows.append((area, "partial_inventory", 1.0, year, say("starter.source_partial", language)))
    return rows


def _plain_total(plan: Plan, rule: Rule) -> str | None:
    """The attribute of which a baseline rule publishes the region's whole total."""
    if rule.kind != "baseline":
        return None
    if rule.total or not rule.numerator:
        return rule.total or None
    part = rule.total_of and (plan.find(rule.total_of).categories or plan.find(rule.total_of).designations)
    return None if part or rule.categories or rule.designations else rule.numerator


def named_facilities(plan: Plan) -> list[dict[str, Any]]:
    """Every facility a plan names, once, with the beds it publishes for the starting year; no coordinates."""
    found: dict[str, dict[str, Any]] = {}
    for rule in plan.rules:
        for name in rule.names:
            known = next((k for k in found if k.endswith(name) or name.endswith(k)), None)
            key = name if known is None else max(known, name, key=len)
            entry = found.pop(known, {}) if known is not None else {}
            found[key] = entry
            if _TO_BE_BUILT in rule.quote and not rule.has:
                entry["status"] = "planned"
            if rule.numerator and rule.kind == "count" and rule.baseline is not None:
                entry[rule.numerator] = float(rule.baseline)
    rows = []
    for number, (name, known_of_it) in enumerate(found.items(), 1):
        category = categories.from_name(name) or "医院"
        rows.append(
            {"facility_id": f"{plan.id}-{number:02d}", "name": name, "category": category, **known_of_it}
        )
    return rows


def baseline_inputs(plan: Plan, extra: Iterable[tuple[str, str, float, int, str]] = ()) -> Inputs:
    """The plan's own published figures and named facilities as inputs: nothing has a place.

    Parameters
    ----------
    extra
        Further rows of official figures (for example the census).
    """
    study = Study(name=f"baseline_{plan.id}", plan=plan.id, year=plan.plan.target_year)
    crs = pyproj.CRS.from_epsg(4490)
    rows = named_facilities(plan)
    fixed = ("facility_id", "name", "category", "status")
    attributes = [{k: v for k, v in r.items() if k not in fixed} for r in rows]
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": [r["facility_id"] for r in rows],
            "name": [r["name"] for r in rows],
            "category": [r["category"] for r in rows],
            "designations": pd.Series([()] * len(rows), dtype=object),
            "status": [r.get("status", "open") for r in rows],
            "capacity": np.nan,
            "area_id": None,
            "inside": True,
            "attributes": pd.Series(attributes, dtype=object),
        },
        geometry=gpd.GeoSeries([None] * len(rows), crs=crs),
        crs=crs,
    )[list(FACILITIES)]
    empty = {c: pd.Series([], dtype=object) for c in AREAS if c != "geometry"}
    return Inputs(
        study=study,
        crs=crs,
        region=Polygon(),
        region_source=Sentence("starter.note_named"),
        areas=gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], crs=crs), crs=crs),
        facilities=facilities,
        demand=None,
        ledger=None,
        totals=pd.DataFrame([*published_figures(plan), *extra], columns=list(TOTALS)),
        edges=None,
        urban_method=None,
    )


def baseline_verdicts(plan: Plan, totals: Path | None = None) -> list[Verdict]:
    """Judge a plan on its own published figures and named facilities.

    Parameters
    ----------
    totals
        A table of further official figures, as ``[totals]`` of a study takes it.

    Returns
    -------
    list of Verdict
        In the plan's order; whatever needs places, people or roads is NOT_ASSESSED.

    Raises
    ------
    InputError
        If the table cannot be read.
    """
    extra = [] if totals is None else read_totals(totals)[0][list(TOTALS)].itertuples(index=False, name=None)
    return judge(plan, baseline_inputs(plan, extra), {})


def template_columns(plan: Plan, language: Language) -> list[Column]:
    """The columns of the facility template: the fixed ones, then every attribute a rule of the plan reads."""
    unlocks: dict[str, list[str]] = {}
    for rule in plan.rules:
        for code in needs(rule):
            table, _, name = code.partition(".")
            if table == "facilities" and name:
                unlocks.setdefault(name, []).append(rule.id)
        if rule.designations or rule.has:
            unlocks.setdefault("designations", []).append(rule.id)
    columns = []
    for name, zh in _HEADERS.items():
        header = zh if language == "zh" else name
        columns.append(
            Column(name, header, say(f"starter.col_{name}", language), tuple(unlocks.get(name, ())))
        )
    specs = categories.attributes()
    wanted = [a for a in specs if a in _ALWAYS or a in unlocks]
    for name in wanted:
        spec = specs[name]
        key = name if spec.type in ("level", "ownership", "names") else spec.type
        meaning = say(f"starter.col_{key}", language, name=spec.label(language))
        header = spec.zh if language == "zh" else name
        columns.append(Column(name, header, meaning, tuple(unlocks.get(name, ()))))
    return columns


def _write_template(path: Path, plan: Plan, language: Language) -> None:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    created = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    columns = template_columns(plan, language)
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": plan.title, "created": created.replace(microsecond=0, tzinfo=None)})
        bold = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(say("starter.sheet_facilities", language))
        guide = book.add_worksheet(say("starter.sheet_guide", language))
        lists = book.add_worksheet(say("starter.sheet_lists", language))
        _facility_sheet(sheet, plan, columns, bold, text, language)
        _drop_downs(sheet, lists, columns, language)
        _guide_sheet(guide, columns, bold, wrap, language)


def _facility_sheet(
    sheet: Any, plan: Plan, columns: list[Column], bold: Any, text: Any, language: Language
) -> None:
    for at, column in enumerate(columns):
        sheet.write_string(0, at, column.header, bold)
        as_text = column.id in ("facility_id", "area_id")
        sheet.set_column(
            at,
            at,
            24 if column.id in ("name", "designations", "departments") else 13,
            text if as_text else None,
        )
    for row, facility in enumerate(named_facilities(plan), 1):
        for at, column in enumerate(columns):
            value = facility.get(column.id)
            if column.id == "status" and value is not None:
                value = _CHOICES["status"][language][1]
            if isinstance(value, float):
                sheet.write_number(row, at, value)
            elif value is not None:
                sheet.write_string(row, at, value)
    sheet.freeze_panes(1, 2)


def _drop_downs(sheet: Any, lists: Any, columns: list[Column], language: Language) -> None:
    """Drop-down lists, kept on a sheet of their own (Excel allows 255 characters in a cell's own list)."""
    choices: dict[str, Iterable[str]] = {
        "category": categories.categories(),
        "level": _LEVELS,
        **{name: words[language] for name, words in _CHOICES.items()},
    }
    place = {column.id: at for at, column in enumerate(columns)}
    for at, (name, words) in enumerate(choices.items()):
        listed = list(words)
        lists.write_column(0, at, listed)
        letter = chr(ord("A") + at)
        source = f"='{lists.get_name()}'!${letter}$1:${letter}${len(listed)}"
        rule = {"validate": "list", "source": source, "error_type": "warning"}
        sheet.data_validation(1, place[name], _ROWS, place[name], rule)


def _guide_sheet(guide: Any, columns: list[Column], bold: Any, wrap: Any, language: Language) -> None:
    for at, (name, width) in enumerate((("column", 26), ("meaning", 70), ("unlocks", 70))):
        guide.write_string(0, at, say(f"starter.guide_{name}", language), bold)
        guide.set_column(at, at, width, wrap)
    for row, column in enumerate(columns, 1):
        for at, cell in enumerate((column.header, column.meaning, "、".join(column.rules))):
            guide.write_string(row, at, cell, wrap)
    guide.freeze_panes(1, 0)
