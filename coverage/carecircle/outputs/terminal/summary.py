"""What a finished run prints: people first, then each clause, then where the files are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from carecircle.analysis import Analysis
from carecircle.outputs import telling
from carecircle.outputs.map.overlays import findings_of
from carecircle.outputs.report.fonts import how_to_mend
from carecircle.rules import Outcome, Plan, Verdict, unlocks
from carecircle.rules.language.cited import words
from carecircle.schema import Finding
from carecircle.study.files import FILES, chosen
from carecircle.texts import Language, Sentence, say

_STYLE = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.NOT_ASSESSED: "yellow",
    Outcome.NO_THRESHOLD: "dim",
}
_ORDER = (Outcome.FAIL, Outcome.NOT_ASSESSED, Outcome.PASS, Outcome.NO_THRESHOLD)

_MOST_CLAUSES = 10
_MOST_NEEDS = 5
_MOST_OF_A_KIND = 3
_TABLE = "verdicts.xlsx"
"""The file of a run's folder that holds every clause and every need."""


def summary(
    analysis: Analysis, folder: Path, language: Language, console: Console, *, everything: bool = False
) -> None:
    """Print what a run found, shortly, and where it is written.

    Parameters
    ----------
    everything
        Every clause and every need, not only the worst clauses and the first needs.
    """
    ledger = analysis.inputs.ledger
    console.print(Text(analysis.study.title or analysis.study.name, style="bold"))
    if ledger is None:
        console.print(say("terminal.no_residents", language))
    else:
        console.print(say("terminal.ledger", language, **ledger.to_dict(), cells=ledger.cells_without_value))
    console.print(counted(analysis.verdicts).text(language))
    if everything:
        verdict_lines(analysis.verdicts, language, console)
    else:
        _worst(analysis.verdicts, folder, language, console)
    _findings(findings_of(analysis), language, console)
    missing_lines(analysis.verdicts, language, console, table=None if everything else folder / _TABLE)
    wanted = chosen(analysis.study.outputs.files)
    if "report.pdf" in wanted and not (folder / "report.pdf").is_file():
        console.print(Text(f"! {how_to_mend().text(language)}", style="yellow"))
    if "gap_map.html" in wanted:
        console.print(_map_size(analysis, folder, language))
    first = next(name for name in (*FILES[:1], "verdicts.json") if name in wanted)
    console.print(say("terminal.start", language, path=str(folder / first)), soft_wrap=True)
    if "gap_map.html" in wanted:
        console.print(say("terminal.written", language, path=str(folder / "gap_map.html")), soft_wrap=True)


def counted(verdicts: Sequence[Verdict]) -> Sentence:
    """How many clauses came to what, those with none left out."""
    came = Counter(v.came_to for v in verdicts)
    ranked = sorted(
        came, key=lambda said: _ORDER.index(next(v.outcome for v in verdicts if v.came_to == said))
    )
    told = [Sentence("terminal.count", {"outcome": said, "count": came[said]}) for said in ranked]
    return Sentence("terminal.counted", {"rules": len(verdicts), "counts": told})


def _worst(verdicts: Sequence[Verdict], folder: Path, language: Language, console: Console) -> None:
    """Print the worst clauses, and where the others are."""
    failing = telling.worst(verdicts)
    if len(failing) > _MOST_CLAUSES:
        facts = {"most": _MOST_CLAUSES, "count": len(failing)}
        console.print(Text(say("terminal.worst", language, **facts), style="bold"))
    verdict_lines(failing[:_MOST_CLAUSES], language, console)
    rest = len(verdicts) - min(len(failing), _MOST_CLAUSES)
    if rest:
        line = say("terminal.rest", language, count=rest, path=str(folder / _TABLE))
        console.print(Text(line, style="dim"), soft_wrap=True)


def _findings(findings: Sequence[Finding], language: Language, console: Console) -> None:
    """Print what could change a verdict, warnings first; of one kind the first few and how many more."""
    kinds: dict[tuple[bool, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.level == "note", finding.sentence.key), []).append(finding)
    for (note, _), kind in sorted(kinds.items(), key=lambda item: item[0][0]):
        for finding in kind[:_MOST_OF_A_KIND]:
            place = f"{Path(finding.file).name}: " if finding.file else ""
            line = f"! {place}{finding.sentence.text(language)}"
            console.print(Text(line, style="dim" if note else "yellow"))
        if len(kind) > _MOST_OF_A_KIND:
            more = say("inputs.and_more", language, count=len(kind) - _MOST_OF_A_KIND)
            console.print(Text(f"! {more}", style="dim"))


def _map_size(analysis: Analysis, folder: Path, language: Language) -> str:
    """The map's size in megabytes beside what the study allows."""
    file = folder / "gap_map.html"
    size = round(file.stat().st_size / 1e6, 1) if file.is_file() else 0.0
    return say("layers.map_size", language, size=size, budget=analysis.study.outputs.map_budget_mb)


def verdict_lines(verdicts: Iterable[Verdict], language: Language, console: Console) -> None:
    """Print every verdict: outcome, figures, quotation."""
    for verdict in verdicts:
        console.print(_verdict(verdict, language))


def baseline_lines(plan: Plan, verdicts: Sequence[Verdict], language: Language, console: Console) -> None:
    """Print a plan judged on its own figures: of which year they are, how binding each clause is."""
    years = {"year": str(plan.plan.baseline_year), "title": plan.title}
    console.print(Text(say("terminal.baseline_head", language, **years), style="bold"))
    for verdict in verdicts:
        console.print(_verdict(verdict, language))
        console.print(Padding(Text(_context(plan, verdict, language), style="dim"), (0, 0, 0, 2)))
    missing_lines(verdicts, language, console)


def _context(plan: Plan, verdict: Verdict, language: Language) -> str:
    """Year, modality, softening words and contradictions of one verdict, in one line."""
    rule = verdict.rule_def
    year = plan.plan.baseline_year if rule.published is None else rule.published.year
    facts = {
        "year": str(year), "target": str(rule.year or plan.plan.target_year),
        "modality": Sentence(f"outputs.modality_{rule.modality}"),
    }  # fmt: skip
    said = [say("terminal.baseline_context", language, **facts)]
    if rule.softeners:
        said.append(say("terminal.baseline_softeners", language, words=list(rule.softeners)))
    against = ("rules.contradicted", "rules.inconsistent")
    said += [s.text(language) for s in verdict.assumptions if s.key in against]
    return ("；" if language == "zh" else "; ").join(said)


def _verdict(verdict: Verdict, language: Language) -> Group:
    """One verdict in three lines: what it came to, the figures, the plan's own words."""
    head = Text.assemble(
        (f"{verdict.came_to.text(language)}  ", _STYLE[verdict.outcome]),
        (telling.title(verdict).text(language), "bold"),
        (f"  {verdict.rule}", "dim"),
    )
    facts = {
        "observed": verdict.shown(verdict.observed),
        "target": verdict.shown(verdict.target),
        "comparison": telling.sign(verdict),
    }
    undecided = verdict.outcome is Outcome.NOT_ASSESSED
    in_words = undecided or verdict.observed is None or verdict.outcome is Outcome.NO_THRESHOLD
    figures = verdict.reason.text(language) if in_words else say("terminal.figures", language, **facts)
    if verdict.residents_affected and not undecided:
        figures += say("terminal.affected", language, residents=verdict.residents_affected)
    facts = {"words": words(verdict.rule_def), "where": verdict.cited}
    quote = Text(say("terminal.quote", language, **facts), style="dim")
    return Group(head, Padding(Text(figures), (0, 0, 0, 2)), Padding(quote, (0, 0, 0, 2)))


def missing_lines(
    verdicts: Sequence[Verdict], language: Language, console: Console, *, table: Path | None = None
) -> None:
    """Print what to bring so that more clauses can be judged, the most useful first.

    Parameters
    ----------
    table
        A workbook that holds them all: then only the first are printed, and it is named. None: all are.
    """
    wanted = unlocks(verdicts)
    if not wanted:
        return
    count = len({rule for _, rules in wanted for rule in rules})
    console.print(say("terminal.missing", language, inputs=len(wanted), rules=count))
    for need, rules in wanted if table is None else wanted[:_MOST_NEEDS]:
        line = say("terminal.need", language, need=need, rules=telling.named(rules, verdicts))
        console.print(f"  - {line}", markup=False, soft_wrap=True)
    if table is not None and len(wanted) > _MOST_NEEDS:
        sheet = Sentence("outputs.sheet_needs")
        more = say("terminal.more_needs", language, count=len(wanted), path=str(table), sheet=sheet)
        console.print(f"  - {more}", markup=False, soft_wrap=True)
