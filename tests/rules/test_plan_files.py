"""A planner's own plan file: what is refused, with file, line and mend, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from carecircle.errors import CarecircleError, PlanError
from carecircle.rules import load_plan

GOOD = """[plan]
id = "mine"
title = "我的规划"

[[rule]]
id = "A"
clause = "A"
section = "一"
quote = "服务半径不超过5公里的规定"
kind = "radius"
categories = ["医院"]
metric = "straight_m"
limit = 5
limit_unit = "km"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "规划 一.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_loads(tmp_path: Path) -> None:
    plan = load_plan(write(tmp_path, GOOD))
    assert (plan.id, len(plan.rules)) == ("mine", 1)
    assert plan.rules[0].limit == 5


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ('kind = "radius"', 'kind = "circle"', 10, "rules.not_in_vocabulary"),
        ('limit_unit = "km"', 'limit_unit = "min"', 14, "rules.wrong_unit"),
        ('quote = "服务半径不超过5公里的规定"\n', "", 5, "rules.missing_key"),
        ('quote = "服务半径不超过5公里的规定"', 'quote = "太短"', 9, "rules.quote_too_short"),
        ("limit = 5", 'comparison = "between"\ntarget = [0.9, 0.1]', 14, "rules.impossible_band"),
        ('categories = ["医院"]', 'categories = ["太空医院"]', 11, "rules.unmapped_category"),
        (
            'limit_unit = "km"',
            'limit_unit = "km"\nunless = [{ when = "whenever", quote = "某种例外情形可以不受此限" }]',
            15,
            "rules.not_in_vocabulary",
        ),
        ('limit_unit = "km"', 'limit_unit = "km"\nradius = 3', 15, "rules.unknown_key"),
        ('metric = "straight_m"', 'metric = "minutes"', 12, "rules.wrong_metric"),
        ('limit_unit = "km"', 'limit_unit = "km"\nany_of = ["Z"]', 15, "rules.no_such_rule"),
        ('limit_unit = "km"', 'limit_unit = "km"\ntarget = 95', 15, "rules.share_beyond_one"),
        ('limit_unit = "km"', 'limit_unit = "km"\nhas = ["心脏科"]', 15, "rules.unknown_role"),
        ('limit = 5', "limit = -5", 13, "rules.bad_value"),
    ],
)  # fmt: skip
def test_what_is_refused(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(PlanError) as caught:
        load_plan(path)
    error = caught.value
    assert (error.sentence.key, error.row, error.file) == (key, line, str(path))
    for language in ("zh", "en"):
        assert str(line) in error.text(language)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    two = GOOD + GOOD[GOOD.index("[[rule]]") :].replace('kind = "radius"', 'kind = "circle"')
    with pytest.raises(CarecircleError) as caught:
        load_plan(write(tmp_path, two.replace('categories = ["医院"]', 'categories = ["太空医院"]', 1)))
    text = caught.value.text("en")
    assert "太空医院" in text
    assert "circle" in text


def test_repeated_ids_unknown_plans_and_broken_files(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[rule]]") :]
    with pytest.raises(PlanError, match="used twice"):
        load_plan(write(tmp_path, twice))
    with pytest.raises(PlanError, match="luojiang"):
        load_plan("atlantis")
    with pytest.raises(PlanError, match="no such file"):
        load_plan(tmp_path / "none.toml")
    with pytest.raises(PlanError, match="TOML"):
        load_plan(write(tmp_path, "[plan\n"))
