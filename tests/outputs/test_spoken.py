"""Every output speaks one language: no schema word, no id where a title belongs, nothing of the other one."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from carecircle.cli.plain import PlainConsole
from carecircle.outputs import telling
from carecircle.outputs.files.tables import workbook
from carecircle.outputs.map import panel
from carecircle.outputs.map.overlays import findings_of
from carecircle.outputs.pages.index import write_index
from carecircle.outputs.report.content import report
from carecircle.outputs.terminal.summary import summary
from carecircle.profiles import modes, profile
from carecircle.rules import catalogue, judge, load_plan
from carecircle.texts import LANGUAGES, Language, wording
from ruleworlds import answers, areas_of, demand_of, facilities_of, inputs_of, reached_of

CHINESE = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
CODES = re.compile(
    r"\b(?:PASS|FAIL|NOT_ASSESSED|NO_THRESHOLD|WAIVED|NaN|nan|inf)\b|\b[a-z]+(?:_[a-z0-9]+)+\b"
)
"""Outcomes as files hold them, and any word_with_underscores: keys, units, kinds, classes of road."""
LONE = re.compile(r"\b(?:share|datum|radius|presence|load|ratio|count|margin|flip|scope|motorway|footway)\b")
"""Words of the schemas that are words in English too: not in Chinese."""
PRODUCTS = {
    "carecircle", "OpenStreetMap", "GeoPackage", "GeoParquet", "QGIS", "Word", "EPSG", "with", "json", "xlsx",
    "English", "Delete",
}  # fmt: skip
"""Names that are the same in every language, and what is typed."""


def spoken(analysis: Any, language: Language) -> Any:
    """The analysis of a study that speaks one language."""
    study = analysis.study.model_copy(update={"language": language})
    verdicts = tuple(dataclasses.replace(v, language=language) for v in analysis.verdicts)
    inputs = dataclasses.replace(analysis.inputs, study=study)
    return dataclasses.replace(analysis, study=study, inputs=inputs, verdicts=verdicts)


def of_the_workbook(found: Any, folder: Path) -> Iterator[str]:
    workbook(found, folder / "v.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(folder / "v.xlsx"))
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python():
            yield from (cell for cell in row if isinstance(cell, str))


def of_the_report(found: Any, _: Path) -> Iterator[str]:
    content = report(found, "x")
    yield from (content.title, content.eyebrow, content.notice, content.running)
    yield from (part for pair in content.identity for part in pair)
    for block in content.blocks:
        yield from strings({k: v for k, v in vars(block).items() if k not in ("svg", "outcomes", "counts")})
        yield from (name for _, name, _ in getattr(block, "counts", ()))
        yield from (unescape(t) for t in re.findall(r"<text[^>]*>([^<]+)<", getattr(block, "svg", "")))


def of_the_index(found: Any, folder: Path) -> Iterator[str]:
    language = found.study.language
    manifest = {
        **found.manifest,
        "title": found.study.title,
        "run": "0",
        "left_out": telling.residents_in_gap(found),
    }
    manifest["parameters"] = {"language": language, "outputs": {}}
    manifest["plan"] = {"title": found.plan.title}
    for name, data in (("verdicts", found.to_dict(language)), ("manifest", manifest)):
        (folder / f"{name}.json").write_text(
            json.dumps(data, ensure_ascii=False, default=str), encoding="utf-8"
        )
    write_index(folder)
    page = (folder / "index.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style|button)\b.*?</\1>|<a href[^>]*>[^<]*</a>", "", page, flags=re.DOTALL)
    other = next(name for name in LANGUAGES if name != language)
    page = re.sub(rf'<span lang="{other}">.*?</span>', "", page, flags=re.DOTALL)
    yield from (unescape(text) for text in re.findall(r">([^<>]+)<", page))


def of_the_terminal(found: Any, folder: Path) -> Iterator[str]:
    (folder / "out").mkdir()
    (folder / "out" / "report.pdf").touch()  # without one the terminal says which fonts to install
    for everything in (False, True):
        out = io.StringIO()
        summary(
            found,
            folder / "out",
            found.study.language,
            PlainConsole(file=out, width=10_000),
            everything=everything,
        )
        yield from out.getvalue().replace(str(folder), "").splitlines()


def of_the_page(found: Any, _: Path) -> Iterator[str]:
    language = found.study.language
    told = [telling.answer(found), *(f.sentence.both() for f in findings_of(found))]
    told += [panel.clause(found, verdict, {}, []) for verdict in found.verdicts]
    yield from in_language(told, language)
    yield from (re.sub(r"\{\w+(:[^{}]*)?\}", "", forms[language]) for forms in panel.words().values())


def in_language(value: Any, language: Language) -> Iterator[str]:
    """What stands under a language, wherever it is."""
    if isinstance(value, dict):
        if set(value) == {*LANGUAGES}:
            yield from strings(value[language])
        else:
            for inner in value.values():
                yield from in_language(inner, language)
    elif isinstance(value, list):
        for inner in value:
            yield from in_language(inner, language)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)


def facts(found: Any) -> list[str]:
    """What the plan and the planner wrote: it stands as it is in every language. The longest first."""
    inputs, plan = found.inputs, found.plan
    said = [found.study.title, found.study.name, plan.title, plan.id, *inputs.attributions]
    said += [str(name) for frame in (inputs.areas, inputs.facilities) for name in frame["name"]]
    said += [*map(str, inputs.facilities["facility_id"]), *map(str, inputs.areas["area_id"])]
    for verdict in found.verdicts:
        rule = verdict.rule_def
        said += [rule.id, rule.clause, rule.quote, rule.section, *rule.softeners, *rule.contradicts]
        said += [text for u in verdict.units for text in (u.id, u.name, u.waived_by or "")]
    said += [str(name) for name in found.manifest.get("inputs", {})] + list(
        found.manifest.get("versions", {})
    )
    said += [str(found.manifest.get(key, "")) for key in ("crs", "created")]
    return sorted({text for text in said if text and len(text) > 1}, key=lambda text: -len(text))


def amiss(text: str, known: list[str], language: Language) -> list[str]:
    """What in a text is no word of its language, once facts and what is quoted are taken out."""
    for fact in known:
        text = text.replace(fact, " ")
    text = re.sub(r"[\w/-]+\.(?:xlsx|json|html|pdf|docx|gpkg|parquet|tif|svg|toml|csv)", " ", text)
    text = re.sub(r"--?[a-z-]+|\[[a-z]+\]|[a-z_]+ ?= ?(?:\[[^\]]*\]|\S+)", " ", text)
    found = CODES.findall(text)
    if language == "zh":
        found += LONE.findall(text)
        return found + [w for w in re.findall(r"(?<![\w.])[A-Za-z]{4,}(?![\w.])", text) if w not in PRODUCTS]
    text = re.sub(r"“[^”]*”|\(无\)|write 无", " ", text)
    return found + re.findall(f"[{CHINESE}]+", text)


OUTPUTS = [of_the_workbook, of_the_report, of_the_index, of_the_terminal, of_the_page]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("output", OUTPUTS, ids=lambda f: f.__name__)
def test_an_output_speaks_one_language(
    output: Any, language: Language, analysis: Any, tmp_path: Path
) -> None:
    found = spoken(analysis, language)
    known, told = facts(found), list(output(found, tmp_path))
    assert len(told) > 20
    wrong = {text: words for text in told if (words := amiss(text, known, language))}
    assert wrong == {}


def test_the_test_sees_what_it_looks_for(analysis: Any) -> None:
    known = facts(analysis)
    for text in (
        "覆盖率 share 为 3%",
        "结论 FAIL",
        "单位 residents_per_facility",
        "坐标基准（datum）",
        "motorway_link",
    ):
        assert amiss(text, known, "zh"), text
    for text in ("NOT_ASSESSED", "the centre（new）", "三级甲等 within 60 min", "max_snap_m"):
        assert amiss(text, known, "en"), text
    assert not amiss("东河镇卫生院 is far", known, "en")


@pytest.mark.parametrize("output", [of_the_report, of_the_terminal], ids=lambda f: f.__name__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_is_named_by_its_title_first(
    output: Any, language: Language, analysis: Any, tmp_path: Path
) -> None:
    """An id stands alone in a cell beside the title, or after it; never before, and never in a sentence."""
    found = spoken(analysis, language)
    titles = {v.rule: v.title.text(language) for v in found.verdicts}
    for text in output(found, tmp_path):
        for rule in titles:
            if rule in text and text.strip() != rule:
                before = text[: text.index(rule)]
                assert titles[rule][:12] in before, text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", catalogue())
def test_every_verdict_of_every_plan_speaks_one_language(name: str, language: Language) -> None:
    plan = load_plan(name)
    areas = areas_of(
        {"level": "town", "name": "甲镇"}, {"level": "village", "name": "乙村", "parent_id": "a0"}
    )
    kinds = sorted({k for r in plan.rules for k in r.categories} | {"村卫生室"})
    demand = demand_of({"residents": 900.0, "area_id": "a1"}, {"residents": 100.0, "area_id": "a1"})
    rows = [{"category": k, "area_id": "a0", "name": f"机构{n}"} for n, k in enumerate(kinds)]
    written = [w for r in plan.rules for w in (r.id, *r.names, *r.unit_names, r.quote, plan.title) if w]
    named = {"甲镇", "乙村", *(str(row["name"]) for row in rows), *written}
    known = sorted(named, key=lambda text: -len(text))
    wrong: dict[str, list[str]] = {}
    for facilities in (None, facilities_of(*rows)):
        world = inputs_of(facilities=facilities, demand=demand, areas=areas)
        for verdict in judge(plan, world, answers(plan, reached_of((1.0, "reached"), (1e6, "reached")))):
            said = [
                verdict.title,
                verdict.reason,
                telling.result(verdict),
                telling.target(verdict),
                verdict.came_to,
            ]
            said += [*verdict.missing_inputs, *filter(None, [telling.flip(verdict), verdict.progress])]
            units = [text for u in verdict.units for text in (u.name, u.id)]
            for sentence in said:
                text = sentence.text(language)
                if words := amiss(text, [*units, *known], language):
                    wrong[text] = words
    assert wrong == {}


def test_every_class_of_road_that_ships_has_a_name() -> None:
    shipped = {kind for mode in modes() for kind in profile(mode).speed_kph}
    assert {kind for kind in shipped if f"profiles.road_{kind}" not in wording()} == set()
