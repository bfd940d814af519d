"""Plan files: read from the catalogue or from the planner's own path, every fault named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError, model_validator

from carecircle.errors import CarecircleError, PlanError, raise_all
from carecircle.rules.language.facilities import NamedFacility
from carecircle.rules.language.projects import Project
from carecircle.rules.language.refusals import MeaninglessRuleError
from carecircle.rules.language.rule import Provenance, Rule
from carecircle.strict import LONGEST_PATH, Strict, UnfitError, echo, parse_toml

if TYPE_CHECKING:
    from carecircle.rules.language.finding import Inconsistency

_HEADER = re.compile(r"^\s*\[\[\s*(rule|project|facility)\s*\]\]")
_PLAN = re.compile(r"^\s*\[\s*plan\s*\]")
_LONGEST_ID = 60
_COLUMNS = frozenset(
    {"fid", "ogc_fid", "geom", "geometry", "demand_id", "residents", "area_id", "urban", "bbox"}
)
"""Columns that the layer of residents has of its own, beside one for each rule."""


class PlanHead(Strict):
    """The ``[plan]`` table."""

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
    provenance: Provenance = "official"
    """Of every rule that does not say: ``official`` text, ``quoted``, ``secondary`` or ``draft``."""


class Official(Strict):
    """The ``[official]`` table: what the state's own lists say of the region, beside the plan's numbers."""

    source: str = Field(min_length=4)
    """Of which lists."""
    year: int = Field(ge=1900, le=2200)
    """As of which year."""
    residents: float | None = Field(default=None, gt=0)
    """Residents of the census nearest the plan's starting year."""
    streets: int | None = Field(default=None, ge=0)
    """街道."""
    townships: int | None = Field(default=None, ge=0)
    """乡镇."""
    communities: int | None = Field(default=None, ge=0)
    """社区."""
    villages: int | None = Field(default=None, ge=0)
    """行政村."""


class Plan(Strict):
    """A published plan as rules; load one with `load_plan`."""

    plan: PlanHead
    """The ``[plan]`` table: id, title, region, years."""
    official: Official | None = None
    """The ``[official]`` table: residents and divisions, for the check of the plan against them."""
    rule: tuple[Rule, ...] = ()
    """Every ``[[rule]]``, in the file's order."""
    project: tuple[Project, ...] = ()
    """Every ``[[project]]``, in the file's order."""

    facility: tuple[NamedFacility, ...] = ()
    """Every ``[[facility]]``, in the file's order."""

    @model_validator(mode="before")
    @classmethod
    def _tiers(cls, data: Any) -> Any:
        """Rules that do not say where they are from are of the plan's own tier."""
        head = data.get("plan") if isinstance(data, dict) else None
        tier = head.get("provenance") if isinstance(head, dict) else getattr(head, "provenance", None)
        rules = data.get("rule") if isinstance(data, dict) else None
        if tier is None or not isinstance(rules, list | tuple):
            return data
        return {**data, "rule": [{"provenance": tier, **r} if isinstance(r, dict) else r for r in rules]}

    def __repr__(self) -> str:
        return f"<Plan {self.id}: {self.title}, {len(self.rule)} rules>"

    __str__ = __repr__

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

    @property
    def projects(self) -> tuple[Project, ...]:
        """What it will build, move, extend, reduce, merge or upgrade, in the file's order."""
        return self.project

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
        return self._by_id[rule_id]

    @cached_property
    def disagreements(self) -> list[Inconsistency]:
        """Where its own numbers disagree (`inconsistencies`), looked for once."""
        from carecircle.rules.language.consistency import inconsistencies

        return inconsistencies(self)

    @cached_property
    def _by_id(self) -> dict[str, Rule]:
        return {r.id: r for r in self.rule}


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
        name = str(plan)
        try:
            raw = Path(plan).read_bytes()
        except (OSError, ValueError) as error:  # not there, not ours to read, or no path at all
            raise PlanError("errors.missing_file", file=echo(name, LONGEST_PATH)) from error
    elif plan in catalogue():
        return _of_the_catalogue(str(plan))
    else:
        raise PlanError("rules.unknown_plan", value=plan, known=catalogue())
    return _read(raw, name)


@cache
def _of_the_catalogue(plan: str) -> Plan:
    """A plan that comes with carecircle: read once, for it is frozen and its file does not change."""
    name = f"{plan}.toml"
    return _read((resources.files("carecircle.rules") / "plans" / name).read_bytes(), name)


def _read(raw: bytes, name: str) -> Plan:
    try:
        data, text = parse_toml(raw)
    except ValueError as error:
        raise PlanError("rules.not_toml", file=name, why=echo(str(error))) from error
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
    """Ids and titles that are repeated, ids that are no name of a column, references that name no rule."""
    ids = {r.id for r in plan.rule}
    yield from _repeated(plan, lines, name)
    for number, rule in enumerate(plan.rule):
        if rule.id.casefold() in _COLUMNS or len(rule.id) > _LONGEST_ID:
            place: Any = {"file": name, "row": _line(lines, ("rule", number), "id"), "value": echo(rule.id)}
            if rule.id.casefold() in _COLUMNS:
                yield PlanError("rules.reserved_id", **place)
            else:
                yield PlanError("rules.long_id", most=_LONGEST_ID, **place)
        for field in ("any_of", "contradicts", "listed", "part_of", "total_of"):
            named = getattr(rule, field)
            for other in [named] if isinstance(named, str) and named else named:
                if other not in ids:
                    row = _line(lines, ("rule", number), field)
                    yield PlanError("rules.no_such_rule", file=name, row=row, column=field, value=other)


def _repeated(plan: Plan, lines: Sequence[str], name: str) -> Iterable[CarecircleError]:
    """Ids that two rules or projects bear, titles that two rules bear."""
    for field, key in (("id", "repeated_id"), ("title_zh", "repeated_title"), ("title_en", "repeated_title")):
        tables = {"rule": plan.rule, "project": plan.project if field == "id" else ()}
        seen: set[str] = set()
        for table, entries in tables.items():
            for number, entry in enumerate(entries):
                same = getattr(entry, field).casefold()
                if same and same in seen:
                    row = _line(lines, (table, number), field)
                    yield PlanError(f"rules.{key}", file=name, row=row, value=echo(getattr(entry, field)))
                seen.add(same)


def _fault(error: Any, lines: Sequence[str], name: str) -> CarecircleError:
    """One pydantic error as one sentence of ours, with its line."""
    where = [str(part) for part in error["loc"]]
    listed = where[:1] in (["rule"], ["project"], ["facility"]) and len(where) > 1
    entry = (where[0], int(where[1])) if listed else None
    ours = (error.get("ctx") or {}).get("error")
    field = (
        ours.field
        if isinstance(ours, MeaninglessRuleError) and ours.field
        else (where[2] if entry is not None and len(where) > 2 else where[-1])
    )
    row = _line(lines, entry, field)

    def tell(key: str, **facts: object) -> PlanError:
        return PlanError(key, file=name, row=row, column=field, **facts)

    if isinstance(ours, MeaninglessRuleError):
        return tell(ours.key, **ours.facts)
    given = echo(error.get("input"))
    if isinstance(ours, UnfitError):
        return tell(ours.key, value=given, **ours.facts)
    if error["type"] == "extra_forbidden":
        return PlanError("rules.unknown_key", file=name, row=row, value=where[-1])
    if error["type"] == "missing":
        return PlanError("rules.missing_key", file=name, row=row, value=where[-1])
    if error["type"] == "literal_error":
        expected = str(error["ctx"]["expected"]).replace(" or ", ", ")
        return tell("rules.not_in_vocabulary", value=given, expected=expected)
    if error["type"] == "string_too_long":
        return tell("rules.too_long", value=given, most=int(error["ctx"]["max_length"]))
    if field == "quote":
        return tell("rules.quote_too_short", value=given)
    return tell("rules.bad_value", value=given, why=str(error["msg"]))


def _line(lines: Sequence[str], entry: tuple[str, int] | None, field: str) -> int:
    """Line (from 1) of a field of the n-th of a list of tables (or of ``[plan]``), else of its header."""
    headers = [(i, found[1]) for i, line in enumerate(lines) if (found := _HEADER.match(line))]
    if entry is None:
        start = next((i for i, line in enumerate(lines) if _PLAN.match(line)), 0)
    else:
        own = [i for i, table in headers if table == entry[0]]
        if entry[1] >= len(own):
            return 1
        start = own[entry[1]]
    end = next((i for i, _ in headers if i > start), len(lines))
    key = re.compile(rf"^\s*{re.escape(field)}\s*=")
    return next((i for i in range(start, end) if key.match(lines[i])), start) + 1
