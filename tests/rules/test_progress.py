"""On the way to a target: the line of one year, the pace of several, each reckoned by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from carecircle.errors import UsageError
from carecircle.rules import Outcome, Verdict, judge, read_verdicts, verdict_schema
from carecircle.runs.progress import Progress, progress
from ruleworlds import facilities_of, inputs_of, plan_of, totals_of

BEDS = {
    "kind": "ratio", "numerator": "beds", "denominator": "residents", "per": 1000, "target": 7.0,
    "baseline": 5.0,
}  # fmt: skip
STAY = {
    "id": "R2", "kind": "published", "published": {"value": 10.0, "year": 2020}, "falls": True,
    "comparison": "<=", "target": 8.0,
}  # fmt: skip
HALLS = {
    "id": "R3", "kind": "share", "categories": ["乡镇卫生院"], "has": ["中医馆"], "target": 0.9,
    "baseline": 40.0,
}  # fmt: skip


def at(year: int, *rules: dict[str, Any], rows: tuple[Any, ...] = (), halls: str = "") -> list[Verdict]:
    """The verdicts of a year on official figures of that year; the plan runs from 2020 to 2025."""
    there = facilities_of(
        *(
            {"category": "乡镇卫生院", "attributes": {"departments": ("中医馆",) if h == "x" else ()}}
            for h in halls
        )
    )
    world = inputs_of(facilities=there, totals=totals_of(*rows))
    study = world.study.model_copy(update={"year": year})
    return judge(plan_of(*rules), type(world)(**{**_fields(world), "study": study}), {})


def _fields(world: Any) -> dict[str, Any]:
    return {name: getattr(world, name) for name in world.__dataclass_fields__}


def beds(at_year: int, value: float, **more: Any) -> Verdict:
    return at(at_year, {**BEDS, **more}, rows=(("", "R1", value, at_year),))[0]


# ---- the line ----
@pytest.mark.parametrize(
    ("year", "found", "expected", "ontrack"),
    [
        (2021, 5.4, 5.4, True),  # 5 + 2 * 1/5
        (2021, 5.3, 5.4, False),
        (2023, 6.2, 6.2, True),  # 5 + 2 * 3/5
        (2023, 6.1, 6.2, False),
        (2023, 7.5, 6.2, True),
        (2025, 6.9, 7.0, False),
        (2027, 6.9, 7.0, False),  # after the target year the target itself is asked
    ],
)
def test_a_rising_figure_beside_its_line(year: int, found: float, expected: float, ontrack: bool) -> None:
    verdict = beds(year, found)
    line = verdict.on_track
    assert line is not None
    assert (line.year, line.baseline, line.baseline_year, line.target_year) == (year, 5.0, 2020, 2025)
    assert line.expected == pytest.approx(expected)
    assert line.margin == pytest.approx(found - expected)
    assert line.on_track is ontrack
    assert verdict.target_year == 2025


@pytest.mark.parametrize(("found", "ontrack"), [(9.1, True), (9.3, False)])
def test_a_falling_figure_beside_its_line(found: float, ontrack: bool) -> None:
    line = at(2022, STAY, rows=(("", "R2", found, 2022),))[0].on_track
    assert line is not None
    assert line.expected == pytest.approx(9.2)  # 10 - 2 * 2/5
    assert (line.on_track, line.margin) == (ontrack, pytest.approx(9.2 - found))


def test_a_share_s_start_is_printed_in_percent() -> None:
    line = at(2022, HALLS, halls="xx..")[0].on_track
    assert line is not None
    assert (line.baseline, line.expected) == (0.4, pytest.approx(0.6))  # 0.4 + 0.5 * 2/5
    assert (line.on_track, line.margin) == (False, pytest.approx(-0.1))


def test_a_start_that_met_the_target_is_asked_for_no_more() -> None:
    line = beds(2022, 7.2, baseline=8.0).on_track
    assert line is not None
    assert (line.expected, line.on_track) == (7.0, True)


def test_a_rule_s_own_year_ends_its_line() -> None:
    line = beds(2022, 5.9, year=2030).on_track
    assert line is not None
    assert (line.target_year, line.expected) == (2030, pytest.approx(5.4))


def test_an_older_figure_is_held_against_the_line_of_its_own_year() -> None:
    verdict = at(2024, BEDS, rows=(("", "R1", 5.9, 2022),))[0]
    assert verdict.on_track is not None
    assert (verdict.on_track.year, verdict.on_track.expected) == (2022, pytest.approx(5.8))


def test_no_line_without_a_start_a_figure_or_time() -> None:
    assert beds(2022, 6.0, baseline=None).on_track is None
    assert at(2022, BEDS)[0].on_track is None  # nothing known
    assert beds(2020, 5.0).on_track is None  # no time has passed
    assert at(2025, STAY)[0].on_track is None  # the plan's own figure of 2020, and no other
    assert beds(2022, 6.0, permission=True).on_track is None


def test_it_is_said_in_both_languages_and_written() -> None:
    verdict = beds(2023, 6.1)
    assert verdict.progress is not None
    said = verdict.progress.text("zh")
    assert said.startswith("进度落后：2020年")
    assert "2023年应为每千人口 6.2" in said.replace(" 每", "每")
    assert said.endswith("0.1")
    assert "behind" in verdict.progress.text("en")
    written = verdict.to_dict("en")
    assert written["on_track"] is not None
    assert written["on_track"]["on_track"] is False
    assert written["target_year"] == 2025
    assert beds(2023, 6.3).progress.key == "rules.on_track"  # type: ignore[union-attr]


# ---- the pace of several years ----
def document(year: int, verdicts: list[Verdict], plan: str = "p") -> dict[str, Any]:
    told = {
        "schema": "carecircle/verdicts/1", "study": "t", "plan": plan, "year": year, "ledger": None,
        "verdicts": [v.to_dict("en") for v in verdicts],
    }  # fmt: skip
    jsonschema.validate(told, verdict_schema())
    return told


def over(*figures: tuple[int, float | None], rule: dict[str, Any] = BEDS) -> Progress:
    documents = []
    for year, value in figures:
        rows = () if value is None else (("", rule.get("id", "R1"), value, year),)
        documents.append(document(year, at(year, rule, rows=rows)))
    return progress(documents)[0]


@pytest.mark.parametrize(
    ("figures", "pace", "met_in", "standing"),
    [
        (((2021, 5.0), (2022, 5.5), (2023, 6.0)), 0.5, 2025.0, "in_time"),  # 1 left at 0.5 a year
        (((2021, 5.0), (2022, 5.2), (2023, 5.8)), 0.4, 2026.0, "late"),
        (((2021, 5.0), (2022, 6.0), (2023, 7.0)), 1.0, None, "met"),
        (((2021, 6.0), (2022, 6.5), (2023, 6.0)), 0.0, None, "still"),
        (((2021, 6.0), (2022, 6.0), (2023, 5.5)), -0.25, None, "backward"),
        (((2021, 5.0), (2022, None), (2023, 6.0)), 0.5, 2025.0, "in_time"),  # a gap in the middle
        (((2021, None), (2022, None), (2023, 6.0)), None, None, "unknown"),
        (((2021, 5.0), (2022, 6.0), (2023, None)), 1.0, None, "unknown"),  # never for an unknown
    ],
)
def test_pace_and_where_it_leads(
    figures: tuple[tuple[int, float | None], ...], pace: float | None, met_in: float | None, standing: str
) -> None:
    row = over(*figures)
    assert row.years == figures
    assert row.pace == (None if pace is None else pytest.approx(pace))
    assert row.met_in == (None if met_in is None else pytest.approx(met_in))
    assert row.standing == standing
    assert (row.target, row.comparison, row.target_year) == (7.0, ">=", 2025)


@pytest.mark.parametrize(
    ("figures", "met_in", "standing"),
    [
        (((2021, 9.8), (2022, 9.4), (2023, 9.0)), 2025.5, "late"),  # 1 left at 0.4 a year
        (((2021, 10.0), (2023, 9.0)), 2025.0, "in_time"),
        (((2021, 9.0), (2023, 9.5)), None, "backward"),
    ],
)
def test_a_target_to_fall_to(
    figures: tuple[tuple[int, float], ...], met_in: float | None, standing: str
) -> None:
    row = over(*figures, rule=STAY)
    assert (row.met_in, row.standing) == (met_in if met_in is None else pytest.approx(met_in), standing)


def test_the_order_of_files_changes_nothing() -> None:
    files = [
        document(y, at(y, BEDS, rows=(("", "R1", v, y),))) for y, v in ((2023, 6.0), (2021, 5.0), (2022, 5.1))
    ]
    assert progress(files) == progress(files[::-1])


def test_years_that_cannot_be_compared_are_refused() -> None:
    one = document(2022, [beds(2022, 6.0)])
    with pytest.raises(UsageError, match="2022"):
        progress([one, one])
    with pytest.raises(UsageError, match="two years"):
        progress([one])
    with pytest.raises(UsageError, match="plans"):
        progress([one, document(2023, [beds(2023, 6.0)], plan="q")])


def test_figures_of_another_unit_have_no_pace() -> None:
    old = document(2021, at(2021, {**BEDS, "per": 10000}, rows=(("", "R1", 50.0, 2021),)))
    row = progress([old, document(2022, [beds(2022, 6.0)])])[0]
    assert (row.years, row.pace, row.standing) == (((2021, None), (2022, 6.0)), None, "unknown")


def test_files_of_an_earlier_version_are_read(tmp_path: Path) -> None:
    told = document(2022, [beds(2022, 6.0)])
    for verdict in told["verdicts"]:
        del verdict["on_track"], verdict["target_year"]
    (tmp_path / "verdicts.json").write_text(json.dumps(told), encoding="utf-8")
    row = progress([read_verdicts(tmp_path), document(2021, [beds(2021, 5.0)])])[0]
    assert (row.target_year, row.standing, row.met_in) == (None, "in_time", pytest.approx(2023.0))
    assert row.sentence.key == "listings.progress_some_day"


def test_every_standing_is_said() -> None:
    for figures in (((2021, 5.0), (2022, 7.0)), ((2021, 5.0), (2022, 5.0)), ((2021, 5.0), (2022, None))):
        row = over(*figures)  # type: ignore[arg-type]
        assert row.sentence.text("zh")
        assert row.sentence.text("en")
    late = over((2021, 5.0), (2022, 5.2))
    assert "2031" in late.sentence.text("en")  # 1.8 left at 0.2 a year
    assert "later than 2025" in late.sentence.text("en")
    assert late.sentence.text("zh").startswith("每年上升 每千人口 0.2")
    assert beds(2022, 7.0).outcome is Outcome.PASS
