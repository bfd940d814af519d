"""The published JSON Schemas are the code's own, and hold for what is shipped."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from carecircle.rules import catalogue, plan_schema, verdict_schema
from carecircle.study import study_schema

SCHEMAS = {"study": study_schema, "plan": plan_schema, "verdicts": verdict_schema}


@pytest.mark.parametrize("of", SCHEMAS)
def test_the_published_schema_is_the_codes_own(root: Path, of: str) -> None:
    published = root / "docs" / "schemas" / f"{of}.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == SCHEMAS[of](), "run: make schemas"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[of]())


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_the_shipped_studies_and_plans_hold_their_schema(root: Path) -> None:
    jsonschema.validate(toml(root / "data" / "study.toml"), study_schema())
    plans = root / "coverage" / "carecircle" / "rules" / "plans"
    for plan in catalogue():
        jsonschema.validate(toml(plans / f"{plan}.toml"), plan_schema())
    jsonschema.validate(toml(root / "data" / "plan.toml"), plan_schema())
