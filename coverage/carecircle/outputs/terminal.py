"""What a finished run prints: people first, then each clause, then where the files are."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from carecircle.analysis import Analysis
from carecircle.rules import Outcome, Verdict
from carecircle.texts import Language, say

_STYLE = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.NOT_ASSESSED: "yellow",
    Outcome.NO_THRESHOLD: "dim",
}


def summary(analysis: Analysis, folder: Path, language: Language, console: Console) -> None:
    """Print the inputs' ledger, the verdicts, what is missing, and the written folder."""
    ledger = analysis.inputs.ledger
    console.print(Text(analysis.study.title or analysis.study.name, style="bold"))
    if ledger is None:
        console.print(say("terminal.no_residents", language))
    else:
        console.print(say("terminal.ledger", language, **ledger.to_dict(), cells=ledger.cells_without_value))
    console.print(_table(analysis, language))
    for finding in analysis.findings:
        if finding.level != "note":
            console.print(Text(f"! {finding.sentence.text(language)}", style="yellow"))
    for line in _missing(analysis.verdicts, language):
        console.print(line)
    console.print(say("terminal.written", language, path=str(folder / "gap_map.html")))


def _table(analysis: Analysis, language: Language) -> Table:
    table = Table(show_edge=False, pad_edge=False, expand=False)
    for column in ("rule", "outcome", "observed", "target", "affected", "quote"):
        header, figures = say(f"terminal.{column}", language), column in ("observed", "target", "affected")
        table.add_column(header, justify="right" if figures else "left", overflow="fold")
    for verdict in analysis.verdicts:
        affected = verdict.residents_affected
        table.add_row(
            verdict.rule,
            Text(verdict.outcome.sentence.text(language), style=_STYLE[verdict.outcome]),
            verdict.shown(verdict.observed).text(language),
            verdict.shown(verdict.target).text(language),
            "—" if affected is None else f"{affected:,.0f}",
            verdict.quote,
        )
    return table


def _missing(verdicts: tuple[Verdict, ...], language: Language) -> list[str]:
    """What to bring so that more clauses can be judged, the most useful first."""
    unlocks: dict[str, set[str]] = {}
    said = {}
    for verdict in verdicts:
        for need in verdict.missing_inputs:
            text = need.text(language)
            unlocks.setdefault(text, set()).add(verdict.rule)
            said[text] = need
    if not unlocks:
        return []
    ranked = sorted(unlocks, key=lambda text: (-len(unlocks[text]), text))
    count = len({rule for rules in unlocks.values() for rule in rules})
    lines = [say("terminal.missing", language, inputs=len(ranked), rules=count)]
    return lines + [f"  - {text}（{'、'.join(sorted(unlocks[text]))}）" for text in ranked[:12]]
