"""What a report is made of: headings, paragraphs, tables and pictures, in one language, on no paper yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from carecircle.texts import Language


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 a section, level 2 a clause."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Lead:
    """The answer that page one begins with: a large figure with its unit, and what it means."""

    figure: str
    unit: str
    says: str


@dataclass(frozen=True)
class Tally:
    """How many clauses came out which way: outcome, its name, the number."""

    counts: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class Text:
    """A paragraph; a small one is a note, one to ``keep`` stays on the page of what follows."""

    text: str
    small: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Items:
    """A list, one line an item."""

    lines: Sequence[str]


@dataclass(frozen=True)
class Quote:
    """The plan's own words and where they stand."""

    text: str
    source: str


@dataclass(frozen=True)
class Table:
    """A table with a head that is repeated on each page.

    Parameters
    ----------
    head, rows
        Cells as text.
    widths
        Relative widths of the columns; 0 for one as wide as its longest cell.
    right
        Columns set flush right (numbers).
    outcome
        The column that names an outcome and ``outcomes``, the outcome of each row; -1 for none.
    title
        Stands above the table.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    right: Sequence[int] = ()
    outcome: int = -1
    outcomes: Sequence[str] = ()
    title: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing (SVG) with its caption and a description for those who cannot see it.

    ``width`` is the share of the text's width it takes.
    """

    svg: str
    caption: str
    alt: str
    width: float = 1.0


Block = Heading | Lead | Tally | Text | Items | Quote | Table | Picture


@dataclass(frozen=True)
class Report:
    """The whole report before it is set on paper.

    Parameters
    ----------
    title, eyebrow, notice
        The head of page one; the notice says that data are fictional (empty otherwise).
    identity
        Name and value of what tells this report from another: date, run, map number.
    running
        The line at the foot of each page.
    blocks
        The content in order.
    """

    language: Language
    title: str
    eyebrow: str
    notice: str
    identity: Sequence[tuple[str, str]]
    running: str
    blocks: Sequence[Block]

    def with_block(self, block: Block) -> Report:
        """The report with one more block at its end."""
        return replace(self, blocks=(*self.blocks, block))

    def texts(self) -> str:
        """Everything that will be set, to be checked against the glyphs of the fonts."""
        said = [self.title, self.eyebrow, self.notice, self.running]
        said += [part for pair in self.identity for part in pair]
        for block in self.blocks:
            for value in vars(block).values():
                said += [value] if isinstance(value, str) else list(_strings(value))
        return "".join(said)


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [s for part in value for s in _strings(part)]
    return []
