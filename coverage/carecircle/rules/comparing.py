"""Two verdict files side by side: which rules changed, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carecircle.delivery import settle
from carecircle.errors import InputError, writing
from carecircle.rules.judging.parts import Outcome
from carecircle.rules.judging.shapes import misfit, verdict_schema
from carecircle.rules.judging.shown import shown
from carecircle.texts import Sentence

_SCHEMA = "carecircle/verdicts/1"
_NAMED = 8
"""How many turned units a reason names."""


@dataclass(frozen=True)
class Change:
    """One rule whose verdict is not the same in both files.

    Parameters
    ----------
    rule, quote
        The rule.
    before, after
        Outcomes; None where a file does not hold the rule.
    reasons
        What changed: target, figure, inputs, units.
    title
        Of the rule, as the later file says it.
    """

    rule: str
    quote: str
    before: Outcome | None
    after: Outcome | None
    reasons: tuple[Sentence, ...]
    title: str = ""

    @property
    def turned(self) -> bool:
        """Whether the outcome itself is another one."""
        return self.before is not self.after


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Parameters
    ----------
    frame
        What differs about the runs themselves: study, plan, year, residents, terrain.
    changes
        Rules that changed, turned outcomes first, each group in the files' order.
    same
        How many rules are equal in both.
    """

    frame: tuple[Sentence, ...]
    changes: tuple[Change, ...]
    same: int


def read_verdicts(path: str | Path) -> dict[str, Any]:
    """Read a verdicts.json, or that of an output folder.

    Parameters
    ----------
    path
        The file, or the folder that a run wrote.

    Returns
    -------
    dict
        As ``docs/schemas/verdicts.schema.json`` states it.

    Raises
    ------
    InputError
        If it is missing, no JSON, or not a verdicts file of this version.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "verdicts.json"
    with writing(file.parent):
        settle(file.parent)
    if not file.is_file():
        if not Path(path).exists() and file.suffix != ".json":
            raise InputError("rules.no_run_folder", file=file)
        raise InputError("rules.no_verdicts", file=file)
    try:
        document = json.loads(file.read_text(encoding="utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError("rules.not_json", file=file, why=str(error)) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != _SCHEMA:
        raise InputError("rules.not_verdicts", file=file, value=str(schema), wanted=_SCHEMA)
    fault = misfit(document, verdict_schema())
    if fault is not None:
        raise InputError("rules.damaged_verdicts", file=file, column=fault)
    return dict(document)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare two verdict documents (two runs, two years, two versions of a plan).

    Parameters
    ----------
    before, after
        From `read_verdicts` or `carecircle.Analysis.to_dict`.

    Returns
    -------
    Comparison
        Rules that changed, turned outcomes first, and why.
    """
    old = {v["rule"]: v for v in before["verdicts"]}
    new = {v["rule"]: v for v in after["verdicts"]}
    changes = []
    for rule in [*old, *(r for r in new if r not in old)]:
        change = _change(rule, old.get(rule), new.get(rule))
        if change is not None:
            changes.append(change)
    ordered = sorted(changes, key=lambda c: not c.turned)
    return Comparison(tuple(_frame(before, after)), tuple(ordered), len({*old, *new}) - len(changes))


def _frame(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Sentence]:
    said = []
    for name in ("study", "plan", "year"):
        if before[name] != after[name]:
            facts = {"before": str(before[name]), "after": str(after[name])}
            said.append(Sentence(f"rules.compare_{name}", facts))
    people = [None if d["ledger"] is None else d["ledger"]["inside"] for d in (before, after)]
    if people[0] != people[1]:
        ends = {"before": _or_dash(people[0]), "after": _or_dash(people[1])}
        said.append(Sentence("rules.compare_residents", ends))
    switched = _terrain_switched(before, after)
    return said if switched is None else [*said, Sentence(f"rules.compare_terrain_{switched}")]


def _terrain_switched(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """``on`` or ``off``, where one run crossed the ground off the roads for a rule and the other did not."""
    old = {v["rule"]: v["ledger"] for v in before["verdicts"] if v["ledger"] is not None}
    for verdict in after["verdicts"]:
        ledger = verdict["ledger"]
        if ledger is not None and verdict["rule"] in old:
            was, now = "closed" in old[verdict["rule"]], "closed" in ledger
            if was != now:
                return "on" if now else "off"
    return None


def _or_dash(value: object) -> object:
    return Sentence("rules.nothing") if value is None else value


def _change(rule: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Change | None:
    if old is None or new is None:
        held = old if new is None else new
        assert held is not None  # one of the files holds the rule
        key = "rules.compare_gone" if new is None else "rules.compare_added"
        outcome = Outcome(held["outcome"])
        before, after = (outcome, None) if new is None else (None, outcome)
        return Change(rule, held["quote"], before, after, (Sentence(key),), held["title"])
    reasons = tuple(_reasons(old, new))
    was, now = Outcome(old["outcome"]), Outcome(new["outcome"])
    return None if was is now and not reasons else Change(rule, new["quote"], was, now, reasons, new["title"])


def _reasons(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Sentence]:
    said = []
    if old["quote"] != new["quote"]:
        said.append(Sentence("rules.compare_quote", {"before": old["quote"], "after": new["quote"]}))
    if (old["target"], old["comparison"]) != (new["target"], new["comparison"]):
        said.append(Sentence("rules.compare_target", _pair(old, new, "target")))
    if old["observed"] != new["observed"]:
        said.append(Sentence("rules.compare_observed", _pair(old, new, "observed")))
    elif old["residents_affected"] != new["residents_affected"]:
        facts = {end: _or_dash(v["residents_affected"]) for end, v in (("before", old), ("after", new))}
        said.append(Sentence("rules.compare_affected", facts))
    given = [n for n in old["missing_inputs"] if n not in new["missing_inputs"]]
    lacking = [n for n in new["missing_inputs"] if n not in old["missing_inputs"]]
    if given:
        said.append(Sentence("rules.compare_given", {"inputs": given}))
    if lacking:
        said.append(Sentence("rules.compare_lacking", {"inputs": lacking}))
    return said + _units(old, new)


def _pair(old: Mapping[str, Any], new: Mapping[str, Any], field: str) -> dict[str, object]:
    def plain(value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    return {"before": shown(plain(old[field]), old["unit"]), "after": shown(plain(new[field]), new["unit"])}


def _units(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Sentence]:
    """Units (villages, hospitals) that fail now and did not, and the other way round."""
    was = {u["id"]: u["outcome"] for u in old["units"]}
    turned: dict[str, list[str]] = {"worse": [], "better": []}
    for unit in new["units"]:
        before = was.get(unit["id"])
        if before is not None and (before == "FAIL") != (unit["outcome"] == "FAIL"):
            turned["better" if before == "FAIL" else "worse"].append(unit["name"])
    return [
        Sentence(f"rules.compare_{way}", {"units": names[:_NAMED], "number": len(names)})
        for way, names in turned.items()
        if names
    ]
