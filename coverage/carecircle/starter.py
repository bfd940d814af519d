"""A study folder ready to fill: study.toml, an Excel facility template and the plan's own figures."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from carecircle import categories
from carecircle.colours import TEMPLATE_HEAD
from carecircle.delivery import delivered
from carecircle.errors import UsageError, writing
from carecircle.rules import Plan, load_plan, needs
from carecircle.runs.baseline import named_facilities, published_figures
from carecircle.schema import TOTALS
from carecircle.strict import fitted, in_toml
from carecircle.texts import Language, say

_HEADERS: Mapping[str, str] = {
    "facility_id": "机构编号", "name": "机构名称", "category": "机构类别", "lon": "经度", "lat": "纬度",
    "area_id": "所在区划代码", "status": "机构状态", "designations": "称号",
}  # fmt: skip
_ALWAYS = (
    "level", "ownership", "departments", "beds", "refers_to", "alliance", "zone", "days_per_month",
)  # fmt: skip
_CHOICES: Mapping[str, Mapping[Language, tuple[str, ...]]] = {
    "status": {"zh": ("在用", "规划", "停用"), "en": ("open", "planned", "closed")},
    "ownership": {
        "zh": tuple(o.id for o in categories.owners().values()),
        "en": tuple(o.en for o in categories.owners().values()),
    },
}
_LEVELS = tuple(f"{a}级{b}" for a in "三二一" for b in ("甲等", "乙等", ""))
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

    A plan that publishes no figures of its own leaves out ``totals.csv``.

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
    OutputError
        If the folder cannot be written; nothing is then in it.
    PlanError
        If the plan cannot be read.
    """
    plan = load_plan(plan_id)
    folder = Path(folder)
    workbook = folder / f"{say('starter.sheet_facilities', language)}.xlsx"
    figures = published_figures(plan, language)
    files = [folder / "study.toml", workbook, *([folder / "totals.csv"] if figures else [])]

    def nothing_there() -> None:
        there = [f.name for f in files if os.path.lexists(f)]
        if there:
            raise UsageError("starter.folder_taken", value=str(folder), files=there)

    facts = {
        "title": in_toml(plan.title), "name": in_toml(fitted(folder.resolve().name)),
        "plan": plan_id, "facilities": workbook.name,
        "layer": say("starter.sheet_facilities", language), "year": str(plan.plan.target_year),
    }  # fmt: skip
    years = {"baseline": str(plan.plan.baseline_year), "year": str(plan.plan.target_year)}
    facts["named"] = say(f"starter.named_{'listed' if named_facilities(plan) else 'nobody'}", language)
    facts["figures"] = say(f"starter.figures_{'filled' if figures else 'none'}", language, **years)
    facts["off"] = "" if figures else "# "
    if str(plan_id).endswith(".toml"):
        facts["plan"] = in_toml(Path(plan_id).resolve().as_posix())
    with writing(folder), delivered(folder, [f.name for f in files], check=nothing_there) as fresh:
        text = say("starter.study_file", language, **facts)
        (fresh / files[0].name).write_text(text, encoding="utf-8")
        _write_template(fresh / workbook.name, plan, language)
        for table in files[2:]:
            with (fresh / table.name).open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(TOTALS)
                writer.writerows(figures)
    return files


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
    unlocks = {name: list(dict.fromkeys(ids)) for name, ids in unlocks.items()}
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
        own = spec.type in ("level", "ownership", "names", "text") or spec.unit == "days"
        key = name if own else spec.type
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
        bold = book.add_format({"bold": True, "bg_color": TEMPLATE_HEAD, "border": 1})
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
