"""The report for the council: one content, set twice (PDF by typst, Word), with maps and Chinese glyphs.

What do I come here to change?
- what the report says, in order: content, clauses, proposed (a mended plan), advice (sites); pieces: blocks
- a wrong word: wording/report.toml, of a verdict: wording/rules.toml
- as PDF: paper, report.typ; as Word: word; maps and charts: maps, drawing; Chinese glyphs: fonts
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carecircle.outputs.report import fonts
from carecircle.outputs.report.blocks import Text
from carecircle.outputs.report.content import report
from carecircle.outputs.report.paper import pdf
from carecircle.outputs.report.word import docx
from carecircle.texts import Sentence, say

if TYPE_CHECKING:
    from carecircle.analysis import Analysis

__all__ = ["Written", "write_report"]


@dataclass(frozen=True)
class Written:
    """What became of the report.

    Parameters
    ----------
    files
        The names written: ``report.pdf`` and ``report.docx``, or none.
    fonts
        The Chinese families that it is set in.
    why_not
        Why there is none; None where it was written.
    """

    files: tuple[str, ...] = ()
    fonts: tuple[str, ...] = ()
    why_not: Sentence | None = field(default=None)


def write_report(
    analysis: Analysis, folder: Path, proposed: Sequence[Mapping[str, Any]] = (),
    plan: Mapping[str, Any] | None = None,
) -> Written:  # fmt: skip
    """Write ``report.pdf`` and ``report.docx`` in the study's language.

    Nothing is written where this computer has no Chinese font: names and quotations would come out as empty
    boxes. A single character without a glyph stands as its number, and the report says so.

    Parameters
    ----------
    analysis
        What `carecircle.analyze` found.
    folder
        An existing folder.
    proposed
        Sites of the siting study that lies beside it: see `carecircle.outputs.report.advice`.
    plan
        The mended plan to propose, if there is one (`carecircle.outputs.report.proposed.proposed`).
    """
    found = fonts.find()
    if found is None:
        return Written(why_not=fonts.how_to_mend())
    content = report(analysis, found.sans, proposed, plan)
    absent = found.absent(content.texts())
    if absent:
        codes = " ".join(f"U+{ord(c):04X}" for c in sorted(absent))
        note = Text(say("report.glyphs", content.language, codes=codes), small=True)
        content = content.with_block(note)
    made = datetime.fromisoformat(analysis.manifest["created"])
    (folder / "report.pdf").write_bytes(pdf(content, found, made, absent))
    (folder / "report.docx").write_bytes(docx(content, found, made, absent))
    return Written(("report.pdf", "report.docx"), tuple(dict.fromkeys((found.serif, found.sans))))
