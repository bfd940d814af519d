"""The page about the rule language: every example loads, and there is one of each kind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from carecircle.rules import kinds, load_plan
from carecircle.rules.language.rule import When

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"


def test_every_example_loads_and_every_kind_has_one(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "page.toml"
    path.write_text("\n".join(blocks), encoding="utf-8")
    assert {rule.kind for rule in load_plan(path).rules} == {kind.name for kind in kinds()}


def test_every_exception_is_told() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in get_args(When))
