"""What the other commands print: the catalogue, a plan, findings, two runs compared, sites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from carecircle import categories
from carecircle.rules import Outcome, Plan, inconsistencies, need_sentence, needs
from carecircle.rules.comparing import Comparison
from carecircle.rules.judging.shown import shown
from carecircle.rules.judging.verdict import SIGNS
from carecircle.rules.language.cited import cited, words
from carecircle.rules.language.titles import title
from carecircle.runs.blank_spots import BlankYear
from carecircle.runs.progress import Progress
from carecircle.schema import Finding
from carecircle.texts import Language, Sentence, say

if TYPE_CHECKING:
    from carecircle.siting.remedy import SitingResult
    from carecircle.vital.study import VitalResult

_LEVEL_STYLE = {"error": "bold red", "warning": "yellow", "note": "dim"}


def catalogue_lines(plans: Sequence[Plan], language: Language, console: Console) -> None:
    """One line a plan: its id, title, clauses and rules."""
    for plan in plans:
        facts = {"clauses": len({r.clause for r in plan.rules}), "rules": len(plan.rules)}
        size = say("listings.plan_size", language, **facts)
        console.print(Text.assemble((f"{plan.id:<12}", "bold"), plan.title, "  ", (size, "dim")))
    console.print(say("listings.plan_hint", language))


def category_lines(language: Language, console: Console) -> None:
    """Every category under the wider one it is of, with its English name and the spellings that mean it."""
    every = categories.categories()

    def line(name: str, depth: int) -> None:
        other = every[name].en if language == "zh" else name
        head = (categories.label(name, language), "bold"), f"  {other}"
        spelt = (f"  {', '.join(every[name].aliases)}", "dim")
        console.print(Padding(Text.assemble(*head, spelt), (0, 0, 0, 2 * depth)))
        for below in every.values():
            if below.parent == name:
                line(below.id, depth + 1)

    for top in every.values():
        if top.parent is None:
            line(top.id, 0)


def plan_lines(plan: Plan, language: Language, console: Console) -> None:
    """Every rule of a plan with its words and what it needs; then where the plan contradicts itself."""
    console.print(Text(plan.title, style="bold"))
    for rule in plan.rules:
        kind = say(f"rules.kind_{rule.kind}", language)
        head = (title(rule).text(language), "bold"), (f"  {rule.id}", "dim")
        console.print(Text.assemble(*head, f"  {kind}  {cited(rule).text(language)}"))
        console.print(Padding(Text(words(rule).text(language)), (0, 0, 0, 2)))
        asked = [need_sentence(code) for code in needs(rule)]
        if asked:
            console.print(
                Padding(Text(say("listings.needs", language, needs=asked), style="dim"), (0, 0, 0, 2))
            )
    found = inconsistencies(plan)
    if found:
        console.print()
        console.print(Text(say("listings.contradicts_itself", language, count=len(found)), style="yellow"))
        for one in found:
            console.print(Padding(Text(f"- {one.sentence.text(language)}"), (0, 0, 0, 2)))


def finding_lines(findings: Sequence[Finding], language: Language, console: Console) -> None:
    """Every finding with its place, and how many of each level."""
    for finding in findings:
        place = [finding.file] if finding.file else []
        place += [say("errors.row", language, row=str(finding.row))] if finding.row is not None else []
        place += [say("errors.column", language, column=finding.column)] if finding.column else []
        level = say(f"listings.level_{finding.level}", language)
        console.print(Text.assemble((level, _LEVEL_STYLE[finding.level]), "  ", " · ".join(place)))
        console.print(Padding(Text(finding.sentence.text(language)), (0, 0, 0, 2)))
    counts = Counter(f.level for f in findings)
    facts = {level: counts.get(level, 0) for level in ("error", "warning", "note")}
    console.print(say("listings.findings", language, **facts))


def comparison_lines(comparison: Comparison, language: Language, console: Console) -> None:
    """What differs about two runs, then each rule that changed and why."""
    for sentence in comparison.frame:
        console.print(sentence.text(language))
    for change in comparison.changes:
        was, now = (_outcome(o).text(language) for o in (change.before, change.after))
        arrow = f"{was} → {now}" if change.turned else now
        head = (change.title or change.rule, "bold"), (f"  {change.rule}", "dim")
        console.print(Text.assemble(*head, "  ", (arrow, "bold" if change.turned else "")))
        for reason in change.reasons:
            console.print(Padding(Text(reason.text(language)), (0, 0, 0, 2)))
    facts = {"changed": len(comparison.changes), "same": comparison.same}
    console.print(say("listings.compared", language, **facts))


def progress_lines(rows: Sequence[Progress], language: Language, console: Console) -> None:
    """A table of every clause over the years, its pace and what that leads to; then how many of each."""
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(say("listings.progress_clause", language), overflow="fold")
    for year, _ in rows[0].years if rows else ():
        table.add_column(str(year), justify="right")
    table.add_column(say("listings.progress_asked", language), justify="right")
    table.add_column(say("listings.progress_pace", language), overflow="fold")
    for row in rows:
        found = [shown(value, row.unit).text(language) for _, value in row.years]
        asked = "" if row.target is None else SIGNS.get(row.comparison, "")
        asked += shown(row.target, row.unit).text(language)
        name = Text.assemble((row.rule, "bold"), f" {row.title}")
        table.add_row(name, *map(Text, found), Text(asked), Text(row.sentence.text(language)))
    console.print(table)
    counts = Counter(row.standing for row in rows)
    facts = {name: counts[name] for name in ("met", "in_time", "late", "unknown")}
    stuck = counts["still"] + counts["backward"]
    console.print(say("listings.progress_counted", language, n=len(rows), stuck=stuck, **facts))


def blank_lines(years: Sequence[BlankYear], language: Language, console: Console) -> None:
    """The register of blank spots year by year: how many, which were cleared, which are new."""
    for year in years:
        first, *turned = [sentence.text(language) for sentence in year.sentences]
        console.print(first)
        for line in turned:
            console.print(Padding(Text(line), (0, 0, 0, 2)))


def vital_lines(result: VitalResult, folder: Path, language: Language, console: Console) -> None:
    """What a study hangs on in sentences, and the streets and facilities that break a clause."""
    from carecircle.outputs.telling.vital import said

    for sentence in said(result):
        console.print(Text(sentence.text(language)), soft_wrap=True)
    console.print(say("terminal.written", language, path=str(folder / "vital.xlsx")), soft_wrap=True)


def _outcome(outcome: Outcome | None) -> Sentence:
    return Sentence("listings.absent") if outcome is None else outcome.sentence


def siting_lines(result: SitingResult, folder: Path, language: Language, console: Console) -> None:
    """The answer, the sites in order, what turns in other clauses, why a target is out of reach."""
    from carecircle.outputs.sites.tables import rests_on, summary

    console.print(Text(summary(result).text(language), style="bold"))
    for sentence in rests_on(result):
        console.print(sentence.text(language), soft_wrap=True)
    if len(result.moves):
        table = Table(show_edge=False, pad_edge=False)
        fleet = () if result.fleet is None else ("standing", "ambulances")
        gain = "newly_covered" if result.fleet is None else "adds"
        for column in ("rank", "name", "category", *fleet, gain, "lon", "lat"):
            right = column not in ("name", "category")
            table.add_column(say(f"siting.column_{column}", language), justify="right" if right else "left")
        for row in result.moves.to_dict("records"):
            place = f"{row['lon']:.5f}", f"{row['lat']:.5f}"
            people = f"{row['newly_covered']:,.0f}"
            row["category"] = categories.label(row["category"], language)
            cells = [str(row[column]) for column in ("rank", "name", "category", *fleet)]
            table.add_row(*cells, people, *place)
        console.print(table)
    titles = {v.rule: v.title.text(language) for v in result.problem.analysis.verdicts}
    for clause in result.clauses():
        if clause["before"] != clause["after"]:
            was, now = (Outcome(clause[k]).sentence.text(language) for k in ("before", "after"))
            head = (titles[clause["rule"]], "bold"), (f"  {clause['rule']}", "dim")
            console.print(Text.assemble(*head, f"  {was} → {now}"))
    for wall in result.impossible:
        facts = {"rule": titles[wall.rule], "beyond": wall.beyond, "share": f"{wall.best_share:.1%}"}
        console.print(Text(say("listings.impossible", language, **facts), style="yellow"))
    console.print(say("terminal.written", language, path=str(folder / "siting_map.html")), soft_wrap=True)
