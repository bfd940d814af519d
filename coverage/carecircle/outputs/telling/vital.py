"""What a study hangs on, in sentences and tables: the same in the workbook and on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from carecircle.texts import Sentence, wording
from carecircle.vital.study import Changed, Loss, VitalResult

Cell = str | float | int | None
Table = tuple[list[str], list[Sequence[Cell]]]


def said(result: VitalResult) -> list[Sentence]:
    """The answer in sentences, what time left open among them."""
    found = []
    closed = result.closed
    if closed is not None:
        facts = {
            "count": len(closed.facilities), "names": _names(result, closed.facilities),
            "rules": closed.rules_broken, "residents": round(closed.residents),
            "bound": round(closed.bound),
        }  # fmt: skip
        found.append(Sentence(f"vital.closed_{closed.status}", facts))
        found += _losing(result, result.closing)
    if result.flood is not None:
        found.append(Sentence("vital.flooded", {"edges": len(result.closed_edges)}))
        found += _losing(result, result.flood)
    for one in result.streets:
        breaking = sum(s.breaks for s in one.streets)
        if not one.finished:
            open_end = {"rule": _rule(result, one.rule), "residents": round(one.most_unseen)}
            found.append(Sentence("vital.street_open", open_end))
        if not one.streets:
            found += (
                [] if not one.finished else [Sentence("vital.no_street", {"rule": _rule(result, one.rule)})]
            )
            continue
        top = one.streets[0]
        facts = {
            "rule": _rule(result, one.rule), "residents": round(top.residents), "breaking": breaking,
            "street": _street(top.name, top.highway), "edges": list(top.edge_ids),
        }  # fmt: skip
        found.append(Sentence("vital.street_breaks" if breaking else "vital.street", facts))
    if result.off_road:
        found.append(Sentence("vital.off_road", {"rules": [_rule(result, r) for r in result.off_road]}))
    names = [p.name for p in result.single]
    found.append(
        Sentence("vital.single" if names else "vital.no_single", {"count": len(names), "names": names})
    )
    if result.unjudged:
        found.append(Sentence("vital.unjudged", {"count": result.unjudged}))
    return found


def tables(result: VitalResult) -> dict[str, Table]:
    """The tables by name, their columns by key; only those with rows."""
    found: dict[str, Table] = {}
    if result.closed is not None:
        facilities = result.before.inputs.facilities.set_index("facility_id")
        rows: list[Sequence[Cell]] = [
            [f, str(facilities.at[f, "name"]), str(facilities.at[f, "category"])]
            for f in result.closed.facilities
        ]
        found["close"] = (["facility_id", "name", "category"], rows)
    for name, change in (("closing", result.closing), ("flood", result.flood)):
        if change is not None:
            found[f"{name}_losses"] = _losses(result, change.losses)
    found["single"] = (
        ["name", "facility_id", "rules", "residents"],
        [
            [p.name, p.facility_id, "、".join(_title(result, r) for r in p.rules), p.residents]
            for p in result.single
        ],
    )
    found["streets"] = (
        ["title", "rule", "street", "structure", "residents", "share_after", "breaks", "edges"],
        [
            [
                _title(result, s.rule), s.rule, _said(result, _street(s.name, s.highway)),
                _word(result, f"structure_{s.structure}"), s.residents, s.share_after,
                _word(result, "yes" if s.breaks else "no"), " ".join(map(str, s.edge_ids)),
            ]
            for one in result.streets for s in one.streets
        ],
    )  # fmt: skip
    return {name: table for name, table in found.items() if table[1]}


def _losses(result: VitalResult, losses: Sequence[Loss]) -> Table:
    columns = ["title", "rule", "before", "after", "residents", "gained", "cut_off", "farther", "cost_before",
               "cost_after", "unit", "groups"]  # fmt: skip
    spoken = result.before.study.language
    rows: list[Sequence[Cell]] = [
        [
            _title(result, x.rule), x.rule, x.before.sentence.text(spoken), x.after.sentence.text(spoken),
            x.residents, x.gained, x.cut_off, x.farther, x.mean_before, x.mean_after,
            _word(result, f"unit_{x.unit or 'min'}"), "、".join(f"{g} {x.groups[g]:,.0f}" for g in x.groups),
        ]
        for x in losses
    ]  # fmt: skip
    return columns, rows


def _losing(result: VitalResult, change: Changed | None) -> list[Sentence]:
    """One sentence a rule that loses residents or breaks."""
    found = []
    for loss in () if change is None else change.losses:
        if not (loss.residents or loss.before is not loss.after):
            continue
        facts = {
            "rule": _rule(result, loss.rule), "residents": round(loss.residents or 0.0),
            "before": loss.before.sentence, "after": loss.after.sentence,
            "old": round(loss.mean_before or 0.0, 1), "new": round(loss.mean_after or 0.0, 1),
            "unit": Sentence(f"vital.unit_{loss.unit or 'min'}"), "cut_off": round(loss.cut_off or 0.0),
        }  # fmt: skip
        timed = loss.mean_before is not None and loss.mean_after is not None
        found.append(Sentence("vital.loses" if timed else "vital.loses_way", facts))
    return found


def _names(result: VitalResult, ids: Sequence[str]) -> list[str]:
    facilities = result.before.inputs.facilities.set_index("facility_id")
    return [str(facilities.at[i, "name"]) for i in ids]


def _street(name: str, highway: str) -> str | Sentence:
    """A street's name; without one its class in words."""
    key = f"profiles.road_{highway}"
    return name or (Sentence(key) if key in wording() else highway or "—")


def _rule(result: VitalResult, rule: str) -> Sentence:
    """A rule by its title."""
    return next(v.title for v in result.before.verdicts if v.rule == rule)


def _title(result: VitalResult, rule: str) -> str:
    return _rule(result, rule).text(result.before.study.language)


def _said(result: VitalResult, value: str | Sentence) -> str:
    return value if isinstance(value, str) else value.text(result.before.study.language)


def _word(result: VitalResult, key: str) -> str:
    return Sentence(f"vital.{key}").text(result.before.study.language)
