"""Every plan on its own figures: each line says its years, how binding it is, and what contradicts it."""

from __future__ import annotations

import json
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from carecircle.outputs.terminal.summary import baseline_lines
from carecircle.rules import Inconsistency, Plan, Verdict, catalogue, inconsistencies, load_plan
from carecircle.runs.baseline import baseline_verdicts
from carecircle.texts import Sentence
from commands import call


@cache
def judged(plan_id: str) -> tuple[Plan, list[Verdict], list[Inconsistency]]:
    """A plan, its verdicts on its own figures, and where it contradicts itself: once for both languages."""
    plan = load_plan(plan_id)
    return plan, baseline_verdicts(plan), inconsistencies(plan)


@pytest.mark.parametrize("plan_id", catalogue())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_line_says_years_modality_softeners_and_contradictions(plan_id: str, language: Any) -> None:
    plan, verdicts, found = judged(plan_id)
    console = Console(width=100_000, record=True, file=StringIO())
    baseline_lines(plan, verdicts, language, console)
    told = [line.strip() for line in console.export_text().splitlines()]
    heads = [n for n, line in enumerate(told) if line.endswith(tuple(f"  {v.rule}" for v in verdicts))]
    assert len(heads) == len(verdicts)
    for head, verdict in zip(heads, verdicts, strict=True):
        rule = verdict.rule_def
        assert told[head].endswith(f"  {rule.id}")
        context = told[head + 3]
        year = plan.plan.baseline_year if rule.published is None else rule.published.year
        assert str(year) in context
        assert str(rule.year or plan.plan.target_year) in context
        assert Sentence(f"outputs.modality_{rule.modality}").text(language) in context
        assert all(word in context for word in rule.softeners)
        for one in found:
            if rule.id in one.rules:
                assert " ".join(one.sentence.text(language).split()) in " ".join(context.split())
        for other in rule.contradicts:
            assert other in context


@pytest.mark.parametrize("plan_id", catalogue())
def test_json_honours_every_option(
    plan_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    totals = tmp_path / "totals.csv"
    totals.write_text(
        "area_id,attribute,value,year,source\n,residents,300000,2020,census\n", encoding="utf-8"
    )
    plan = load_plan(plan_id)
    assert call(monkeypatch, "plans", plan_id, "--json") == 0
    (plain,) = json.loads(capsys.readouterr().out)["plans"]
    assert [r["rule"] for r in plain["rules"]] == [r.id for r in plan.rules]
    options = ("--baseline", "--totals", str(totals), "--json")
    assert call(monkeypatch, "plans", plan_id, *options, "--lang", "en") == 0
    (judged,) = json.loads(capsys.readouterr().out)["plans"]
    expected = [v.to_dict("en") for v in baseline_verdicts(plan, totals)]
    assert [v["rule"] for v in judged["verdicts"]] == [v["rule"] for v in expected]
    for got, own in zip(judged["verdicts"], expected, strict=True):
        assert {k: got[k] for k in own} == json.loads(json.dumps(own))
        assert got["year"] <= got["target_year"]
    assert call(monkeypatch, "plans", plan_id, *options, "--lang", "zh") == 0
    (spoken,) = json.loads(capsys.readouterr().out)["plans"]
    assert spoken["verdicts"][0]["reason"] != judged["verdicts"][0]["reason"]
