"""siting.xlsx: sites in order, every clause before and after, alternatives, closings, what is impossible."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from carecircle.outputs.files.book import Cell, booked
from carecircle.siting.result import SitingResult
from carecircle.texts import Sentence, say


def siting_workbook(result: SitingResult, path: Path) -> None:
    """Write the workbook in the study's language; text stays text, numbers are those of siting.json."""
    study = result.before.study
    with booked(result.before, path) as writer:
        for name, (columns, rows) in _sheets(result).items():
            widths = [max(12, 2 * len(c)) for c in columns]
            sheet = writer.sheet(say(f"siting.sheet_{name}", study.language), widths)
            top = 0
            if name == "sites":
                said = [sentence.text(study.language) for sentence in (summary(result), *rests_on(result))]
                writer.put(sheet, 0, 0, said[0], writer.title)
                for row, line in enumerate(said[1:], 1):
                    sheet.write_string(row, 0, line)
                top = len(said) + 1
            header = [say(f"siting.column_{c}", study.language) for c in columns]
            writer.table(sheet, top, header, rows, {})
            sheet.freeze_panes(top + 1, 0)


def summary(result: SitingResult) -> Sentence:
    """The answer in one sentence, its proof with it."""
    best = result.best
    rules = [n.rule for n in result.problem.needs]
    if best is None:
        return Sentence("siting.answer_infeasible", {"rules": rules})
    facts = {
        "rules": rules, "sites": len(result.moves), "worth": best.worth, "gap": f"{best.gap:.2%}",
        "residents": Sentence(
            "siting.people" if len(rules) == 1 else "siting.people_by_rule",
            {"number": round(float(result.moves["newly_covered"].sum()))},
        ),
        "bound": best.bound,
    }  # fmt: skip
    fleet = result.fleet
    if not len(result.moves):
        return Sentence("siting.answer_nothing" if fleet is None else "siting.answer_fleet_nothing", facts)
    if fleet is not None:
        facts |= {
            "placed": fleet.placed, "limit": fleet.limit, "before": round(fleet.before),
            "after": round(fleet.before + best.worth), "worth": round(best.worth),
            "bound": math.ceil(best.bound), "busy": f"{fleet.busy or 0:.1%}",
        }  # fmt: skip
    return Sentence(f"siting.answer_{result.aim}_{best.status}", facts)


def rests_on(result: SitingResult) -> list[Sentence]:
    """What an answer about ambulances rests on; of other aims nothing."""
    return [] if result.fleet is None else result.fleet.told()


def _sheets(result: SitingResult) -> dict[str, tuple[list[str], list[Sequence[Cell]]]]:
    sites = _site_columns(result)
    clauses = ["rule", "clause", "before", "after", "observed_before", "observed_after", "residents_before",
               "residents_after", "unit"]  # fmt: skip
    language = result.before.study.language
    ids = result.problem.moves["move_id"].tolist()
    best = [] if result.best is None else [result.best]
    closings: list[Sequence[Cell]] = [
        [c.rule, c.facility_id, c.name, c.residents, c.share_after,
         say(f"siting.{'yes' if c.single_point else 'no'}", language)] for c in result.closings
    ]  # fmt: skip
    sheets: dict[str, tuple[list[str], list[Sequence[Cell]]]] = {
        "sites": (sites, list(_sites(result))),
        "clauses": (clauses, [[row[c] for c in clauses] for row in result.clauses()]),
        "alternatives": (
            ["rank", "objective", "bound", "moves"],
            [[i + 1, a.worth, a.bound, "、".join(ids[j] for j in a.moves)]
             for i, a in enumerate([*best, *result.alternatives])],
        ),
        "closings": (
            ["rule", "facility_id", "name", "residents_lost", "share_after", "single_point"], closings
        ),
    }  # fmt: skip
    if result.impossible:
        sheets["impossible"] = (
            ["rule", "target", "best_share", "smallest_limit", "reason"],
            [[i.rule, i.target, i.best_share, i.smallest_limit, i.sentence.text(language)]
             for i in result.impossible],
        )  # fmt: skip
        sheets["certificate"] = (
            ["rule", "demand_id", "residents", "nearest_move", "cost"],
            [[i.rule, c.demand_id, c.residents, c.nearest_move, c.cost]
             for i in result.impossible for c in i.certificate],
        )  # fmt: skip
    return sheets


def _site_columns(result: SitingResult) -> list[str]:
    own = ["replaces", "price", "newly_covered"]
    if result.fleet is not None:
        own = ["standing", "ambulances", "adds"]
    return ["rank", "facility_id", "name", "kind", "category", *own, "cumulative", "lon", "lat"]


def _sites(result: SitingResult) -> Iterator[Sequence[Cell]]:
    total = 0.0
    for row in result.moves.to_dict("records"):
        total += row["newly_covered"]
        own = [row["replaces"] if isinstance(row["replaces"], str) else None, row["price"]]
        if result.fleet is not None:
            own = [row["standing"], row["ambulances"]]
        yield [
            row["rank"], row["facility_id"], row["name"],
            say(f"siting.kind_{row['kind']}", result.before.study.language), row["category"], *own,
            row["newly_covered"], total, row["lon"], row["lat"],
        ]  # fmt: skip
