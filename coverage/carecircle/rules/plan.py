"""Plan files: read from the catalogue or from the planner's own path, every fault named with its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carecircle.errors import CarecircleError, PlanError, raise_all
from carecircle.rules.language import MeaninglessRuleError, Rule

_HEADER = re.compile(r"^\s*\[\[\s*rule\s*\]\]")
_PLAN = re.compile(r"^\s*\[\s*plan\s*\]")


class PlanHead(BaseModel):
    """The ``[plan]`` table."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9_\-]+$")
    """What a study names it by: letters, digits, ``_`` and ``-``."""
    title: str = Field(min_length=1)
    """As published."""
    region: str = ""
    """The region the plan is for."""
    adcode: str = ""
    """Its division code: whose official figures are the region's own."""
    baseline_year: int = 2020
    """The year its figures start from."""
    target_year: int = 2025
    """The year its numbers are to be reached by."""


class Plan(BaseModel):
    """A published plan as rules; load one with `load_plan`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
    plan: PlanHead
    """The ``[plan]`` table: id, title, region, years."""
    rule: tuple[Rule, ...] = ()
    """Every ``[[rule]]``, in the file's order."""

    @property
    def id(self) -> str:
        """The plan's id, as a study names it."""
        return self.plan.id

    @property
    def title(self) -> str:
        """The plan's published title."""
        return self.plan.title

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the file's order."""
        return self.rule

    def find(self, rule_id: str) -> Rule:
        """The rule of an id.

        Parameters
        ----------
        rule_id
            As in the plan file: ``L1.radius``.

        Returns
        -------
        Rule
            The only one of that id.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {r.id: r for r in self.rule}[rule_id]


@cache
def catalogue() -> tuple[str, ...]:
    """Ids of the plans that come with carecircle, sorted.

    Returns
    -------
    tuple of str
        Each is a ``plan`` that a study or `load_plan` may name.
    """
    folder = resources.files("carecircle.rules") / "plans"
    return tuple(sorted(e.name.removesuffix(".toml") for e in folder.iterdir() if e.name.endswith(".toml")))


def load_plan(plan: str | Path) -> Plan:
    """Read and validate a plan.

    Parameters
    ----------
    plan
        An id of the catalogue, or the path of a plan file.

    Returns
    -------
    Plan
        Frozen; its rules in the file's order.

    Raises
    ------
    PlanError
        Unknown id, missing file, malformed TOML; and for every rule at once: unknown keys, kinds and
        categories, wrong units, missing quotations, impossible bands, exceptions outside the vocabulary,
        references to rules that do not exist. Each with file, line and fix.
    """
    if isinstance(plan, Path) or str(plan).endswith(".toml"):
        path = Path(plan)
        if not path.is_file():
            raise PlanError("errors.missing_file", file=path)
        raw = path.read_bytes()
        name = str(path)
    elif plan in catalogue():
        name = f"{plan}.toml"
        raw = (resources.files("carecircle.rules") / "plans" / name).read_bytes()
    else:
        raise PlanError("rules.unknown_plan", value=plan, known=catalogue())
    try:
        text = raw.decode("utf-8-sig")
        data = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError("rules.not_toml", file=name, why=str(error)) from error
    return _validated(data, text, name)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of plan files.

    Returns
    -------
    dict
        Draft 2020-12, ``$id`` ``carecircle/plan/1``.
    """
    return {"$id": "carecircle/plan/1", **Plan.model_json_schema()}


def _validated(data: dict[str, Any], text: str, name: str) -> Plan:
    lines = text.splitlines()
    try:
        plan = Plan.model_validate(data)
    except ValidationError as error:
        raise_all([_fault(e, lines, name) for e in error.errors()])
        raise  # unreachable: a ValidationError holds at least one error
    raise_all(_references(plan, lines, name))
    return plan


def _references(plan: Plan, lines: Sequence[str], name: str) -> Iterable[CarecircleError]:
    """Repeated ids, and any_of, contradicts, part_of, total_of that name no rule."""
    ids = [r.id for r in plan.rule]
    for number, rule in enumerate(plan.rule):
        if rule.id in ids[:number]:
            yield PlanError("rules.repeated_id", file=name, row=_line(lines, number, "id"), value=rule.id)
        for field in ("any_of", "contradicts", "part_of", "total_of"):
            named = getattr(rule, field)
            for other in [named] if isinstance(named, str) and named else named:
                if other not in ids:
                    row = _line(lines, number, field)
                    yield PlanError("rules.no_such_rule", file=name, row=row, column=field, value=other)


def _fault(error: Any, lines: Sequence[str], name: str) -> CarecircleError:
    """One pydantic error as one sentence of ours, with its line."""
    where = [str(part) for part in error["loc"]]
    number = int(where[1]) if where[:1] == ["rule"] and len(where) > 1 else None
    ours = (error.get("ctx") or {}).get("error")
    field = (
        ours.field
        if isinstance(ours, MeaninglessRuleError)
        else (where[2] if number is not None and len(where) > 2 else where[-1])
    )
    row = _line(lines, number, field)

    def tell(key: str, **facts: object) -> PlanError:
        return PlanError(key, file=name, row=row, column=field, **facts)

    if isinstance(ours, MeaninglessRuleError):
        return tell(ours.key, **ours.facts)
    given = json.dumps(error.get("input"), ensure_ascii=False, default=str)[:80]
    if error["type"] == "extra_forbidden":
        return PlanError("rules.unknown_key", file=name, row=row, value=where[-1])
    if error["type"] == "missing":
        return PlanError("rules.missing_key", file=name, row=row, value=where[-1])
    if error["type"] == "literal_error":
        expected = str(error["ctx"]["expected"]).replace(" or ", ", ")
        return tell("rules.not_in_vocabulary", value=given, expected=expected)
    if field == "quote":
        return tell("rules.quote_too_short", value=given)
    return tell("rules.bad_value", value=given, why=str(error["msg"]))


def _line(lines: Sequence[str], rule: int | None, field: str) -> int:
    """Line (from 1) of a field of the n-th rule (or of ``[plan]``); its header where the field is absent."""
    headers = [i for i, line in enumerate(lines) if _HEADER.match(line)]
    if rule is None:
        start = next((i for i, line in enumerate(lines) if _PLAN.match(line)), 0)
        end = next((h for h in headers if h > start), len(lines))
    elif rule < len(headers):
        start, end = headers[rule], headers[rule + 1] if rule + 1 < len(headers) else len(lines)
    else:
        return 1
    key = re.compile(rf"^\s*{re.escape(field)}\s*=")
    return next((i for i in range(start, end) if key.match(lines[i])), start) + 1
