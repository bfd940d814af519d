"""A run in words: its study, the one answer, who lives in the gap, official figures beside."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.ledgers import LACKING
from carecircle.outputs.telling.clause import ORDER, counts_people
from carecircle.rules.judging.groups import weights
from carecircle.schema import GROUND_STATUSES
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

_FICTION = ("虚构", "fictional")


def study(analysis: Analysis) -> dict[str, Any]:
    """Title, plan, notice, attributions and what the printed map must carry."""
    study, manifest = analysis.study, analysis.manifest
    title = study.title or study.name
    said = " ".join([title, analysis.plan.title, *analysis.inputs.attributions])
    return {
        "title": title,
        "name": study.name,
        "year": study.year,
        "plan": analysis.plan.title,
        "notice": Sentence("outputs.fictional").both()
        if any(f in said.casefold() for f in _FICTION)
        else None,
        "attributions": list(analysis.inputs.attributions),
        "mapNumber": study.outputs.map_number,
        "attribution": study.outputs.attribution,
        "created": str(manifest.get("created", ""))[:10],
        "version": manifest.get("versions", {}).get("carecircle", ""),
        "hash": manifest_hash(manifest),
    }


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """Twelve digits that tell one run's inputs, parameters and versions from another's (not its time)."""
    kept = {k: v for k, v in manifest.items() if k != "created"}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def answer(analysis: Analysis) -> dict[str, Any]:
    """The page's first sentence: how many people live in the gap of a clause that is not met."""
    outcomes = [v.outcome.value for v in analysis.verdicts]
    tally = {o: outcomes.count(o) for o in ORDER}
    people = residents_in_gap(analysis)
    facts: dict[str, object] = {
        "fail": tally["FAIL"],
        "unsure": tally["NOT_ASSESSED"],
        "passed": tally["PASS"],
    }
    if people > 0 and analysis.inputs.demand is not None:
        inside = math.fsum(analysis.inputs.demand["residents"])
        behind = [v.rule for v in analysis.verdicts if v.outcome.value == "FAIL" and counts_people(v)]
        says = Sentence(
            "outputs.answer_gap",
            {
                **facts,
                "share": _percent(people / inside),
                "clauses": len(behind),
            },
        )
    elif tally["FAIL"]:
        says = Sentence("outputs.answer_fail", facts)
    else:
        says = Sentence("outputs.answer_unsure" if tally["NOT_ASSESSED"] else "outputs.answer_pass", facts)
    return {"people": people, "tally": tally, "says": says.both()}


_PARTS = ("covered", "not_covered", "unreachable", "unsnapped", "no_data", "outside", "total")


def ledger_parts(analysis: Analysis) -> tuple[str, ...]:
    """The boxes of people-ledgers in the order in which they are shown; with terrain its own two as well."""
    crossed = any(v.ledger is not None and v.ledger.closed is not None for v in analysis.verdicts)
    return (*_PARTS[:4], *GROUND_STATUSES[::-1], *_PARTS[4:]) if crossed else _PARTS


def residents_in_gap(analysis: Analysis) -> float:
    """Residents, each counted once, whom at least one unmet clause does not cover or cannot reach."""
    demand = analysis.inputs.demand
    if demand is None:
        return 0.0
    gap = np.zeros(len(demand))
    for verdict in analysis.verdicts:
        if verdict.outcome.value == "FAIL" and verdict.people is not None:
            out = verdict.people.isin(LACKING).to_numpy()
            gap = np.maximum(gap, np.where(out, weights(analysis.inputs, verdict.rule_def), 0.0))
    return math.fsum(gap)


def beside(analysis: Analysis) -> list[dict[str, str]]:
    """The official number of residents beside the sum of the points."""
    if analysis.inputs.demand is None:
        return []
    frame = analysis.inputs.areas
    top = frame[~frame["parent_id"].isin(list(frame["area_id"]))] if len(frame) else frame
    official = top["official_residents"].astype(float) if len(top) else None
    lines = []
    if official is not None and len(official) and official.notna().all():
        facts = {"official": math.fsum(official), "sum": math.fsum(analysis.inputs.demand["residents"])}
        lines.append(Sentence("outputs.beside_official", facts).both())
    if analysis.inputs.urban_method is not None:
        lines.append(analysis.inputs.urban_method.both())
    return lines


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%" if share >= 0.001 else f"{share * 100:.2g}%"
