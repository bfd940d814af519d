"""The report as a Word document: the same blocks, in the fonts that offices have."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from carecircle import colours
from carecircle.outputs.palette import bare
from carecircle.outputs.report.blocks import (
    Block,
    Heading,
    Items,
    Lead,
    Picture,
    Quote,
    Report,
    Table,
    Tally,
    Text,
)
from carecircle.outputs.report.fonts import Fonts
from carecircle.outputs.report.paper import pngs
from carecircle.strict import clean

_SONG, _HEI = ("Times New Roman", "宋体"), ("Arial", "黑体")
_TONES = {outcome: bare(colour) for outcome, colour in colours.TONES.items()}
_INK = bare(colours.INK)
_SOFT, _RULE = bare(colours.PRINT_SOFT), bare(colours.PRINT_RULE)
_TEXT_CM = 16.4
_LONGEST_TITLE = 255
"""Characters that a property of a Word document may have."""


def docx(report: Report, fonts: Fonts, made: datetime, absent: frozenset[str]) -> bytes:
    """Set the report as a Word document (A4); two runs with one date are equal to the byte.

    Running text is 宋体 and headings 黑体 with Latin letters in Times New Roman and Arial, which every
    Chinese office computer has; ``fonts`` and ``absent`` are those of the pictures.
    """
    report = _cleaned(report)
    paper = _Paper(report, fonts, absent)
    paper.head()
    for block in report.blocks:
        paper.draw(block)
    core = paper.document.core_properties
    core.title, core.author, core.comments = report.title[:_LONGEST_TITLE], "carecircle", ""
    core.last_modified_by, core.language = "carecircle", "zh-CN" if report.language == "zh" else "en-GB"
    core.created = core.modified = made.replace(tzinfo=None)
    core.revision = 1
    raw = BytesIO()
    paper.document.save(raw)
    return _dated(raw.getvalue(), made)


def _cleaned(value: Any) -> Any:
    """The report without characters that XML cannot hold, wherever they stand."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list | tuple):
        return tuple(map(_cleaned, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _cleaned(getattr(value, f.name)) for f in fields(value)})
    return value


def _dated(raw: bytes, made: datetime) -> bytes:
    """The same archive with one time stamp on each of its parts."""
    out = BytesIO()
    stamp = max(made.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=stamp)
            part.compress_type, part.create_system = zipfile.ZIP_DEFLATED, 0
            new.writestr(part, old.read(name))
    return out.getvalue()


class _Paper:
    """A document that grows, block by block."""

    def __init__(self, report: Report, fonts: Fonts, absent: frozenset[str]) -> None:
        self.report, self._pictures = report, iter(pngs(report, fonts, absent))
        self.zh = report.language == "zh"
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.1)
        for name, size, faces in (
            ("Normal", 10.5, _SONG), ("Heading 1", 14.0, _HEI), ("Heading 2", 11.5, _HEI),
            ("List Bullet", 10.5, _SONG),
        ):  # fmt: skip
            style = self.document.styles[name]
            _face(style.element.get_or_add_rPr(), faces)
            style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(_INK)
            style.font.bold, style.font.italic = name.startswith("Heading"), False
        body = self.document.styles["Normal"].paragraph_format
        body.line_spacing, body.space_after = 1.35, Pt(5)
        self._draw: Mapping[type, Callable[[Any], None]] = {
            Heading: self._heading, Lead: self._lead, Tally: self._tally, Text: self._text,
            Items: self._items, Quote: self._quote, Table: self._table, Picture: self._picture,
        }  # fmt: skip

    def draw(self, block: Block) -> None:
        """Set one block."""
        self._draw[type(block)](block)

    def head(self) -> None:
        """Title, notice and identity of page one, and the foot of every page."""
        self._line(self.report.eyebrow, 9, colour=_SOFT)
        self._line(self.report.title, 21, bold=True, after=4)
        if self.report.notice:
            self._line(self.report.notice, 9, colour=bare(colours.NOTICE), bold=True, after=2)
        stop = "：" if self.zh else ": "
        gap = "　" if self.zh else "   "
        identity = gap.join(f"{name}{stop}{value}" for name, value in self.report.identity)
        _border(self._line(identity, 9, colour=_SOFT, after=6), "bottom", _INK, 12)
        foot = self.document.sections[0].footer.paragraphs[0]
        _run(foot, f"{self.report.running}{gap * 2}", _HEI, 7.5, _SOFT)
        for part in ("PAGE", None, "NUMPAGES"):
            _field(foot, part) if part else _run(foot, " / ", _HEI, 7.5, _SOFT)

    def _line(
        self, text: str, size: float, *, bold: bool = False, colour: str = _INK, after: float = 3
    ) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(after)
        _run(paragraph, text, _HEI, size, colour, bold=bold)
        return paragraph

    def _heading(self, block: Heading) -> None:
        self.document.add_heading(block.text, block.level)

    def _lead(self, block: Lead) -> None:
        if block.figure:
            paragraph = self._line(block.figure, 38, bold=True, colour=_TONES["FAIL"], after=0)
            paragraph.paragraph_format.line_spacing = 1.0
            _run(paragraph, f" {block.unit}", _HEI, 15, _TONES["FAIL"], bold=True)
        paragraph = self.document.add_paragraph()
        _run(paragraph, block.says, _SONG, 12 if block.figure else 15)

    def _tally(self, block: Tally) -> None:
        table = self.document.add_table(rows=1, cols=len(block.counts))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, (outcome, name, number) in zip(table.rows[0].cells, block.counts, strict=True):
            paragraph = cell.paragraphs[0]
            _border(paragraph, "top", _TONES[outcome], 18)
            _run(paragraph, str(number), _HEI, 19, _TONES[outcome], bold=True)
            _run(paragraph, f" {name}", _HEI, 9.5)

    def _text(self, block: Text) -> None:
        if block.small:
            self._line(block.text, 8.5, colour=_SOFT, after=5)
            return
        paragraph = self.document.add_paragraph(block.text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.keep_with_next = block.keep
        if self.zh:
            paragraph.paragraph_format.first_line_indent = Pt(21)

    def _items(self, block: Items) -> None:
        for line in block.lines:
            paragraph = self.document.add_paragraph(line, style="List Bullet")
            paragraph.paragraph_format.space_after = Pt(2)

    def _quote(self, block: Quote) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.left_indent = Pt(10)
        paragraph.paragraph_format.keep_with_next = True
        _border(paragraph, "left", _RULE, 14)
        _run(paragraph, block.text, _SONG, 10.5)
        paragraph.add_run().add_break()
        _run(paragraph, block.source, _HEI, 8.5, _SOFT)

    def _picture(self, block: Picture) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        picture = BytesIO(next(self._pictures))
        drawn = paragraph.add_run().add_picture(picture, width=Cm(_TEXT_CM * block.width))
        drawn._inline.docPr.set("descr", block.alt)
        caption = self._line(block.caption, 8.5, after=6)
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _table(self, block: Table) -> None:
        if block.title:
            self._line(block.title, 9, bold=True, after=2).paragraph_format.keep_with_next = True
        head = [block.head] if any(block.head) else []
        table = self.document.add_table(rows=len(head) + len(block.rows), cols=len(block.head))
        table.autofit = False
        widths = _widths(block)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for y, (row, cells) in enumerate(zip(table.rows, [*head, *block.rows], strict=True)):
            _flag(row._tr.get_or_add_trPr(), "w:cantSplit")
            if head and y == 0:
                _flag(row._tr.get_or_add_trPr(), "w:tblHeader")
            for x, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
                cell.width = Cm(widths[x])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_after = Pt(1)
                paragraph.paragraph_format.line_spacing = 1.1
                if x in block.right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                top = bool(head) and y == 0
                marked = x == block.outcome and not top
                colour = _TONES[block.outcomes[y - len(head)]] if marked else _INK
                _run(paragraph, text, _HEI, 8.5, colour, bold=top or marked)
        _rules(table, bool(head))
        self.document.add_paragraph().paragraph_format.space_after = Pt(2)


def _widths(block: Table) -> list[float]:
    """Centimetres of each column: those of width 0 by their longest cell, the rest shared."""
    lines = [block.head, *block.rows]
    fixed = [
        0.0 if w else 0.4 + max(sum(map(_wide, line[x])) for line in lines)
        for x, w in enumerate(block.widths)
    ]
    unit = (_TEXT_CM - sum(fixed)) / (sum(block.widths) or 1.0)
    return [f or w * unit for f, w in zip(fixed, block.widths, strict=True)]


def _wide(character: str) -> float:
    """About how many centimetres a character of a table takes: Chinese, capital, other."""
    return 0.31 if ord(character) > 0x2E80 else 0.22 if character.isupper() else 0.16


def _run(
    paragraph: Any,
    text: str,
    faces: tuple[str, str],
    size: float,
    colour: str = _INK,
    *,
    bold: bool = False,
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, RGBColor.from_string(colour)
    _face(run._r.get_or_add_rPr(), faces)


def _face(properties: Any, faces: tuple[str, str]) -> None:
    """Latin and East Asian font of a run or style, the theme's own taken away."""
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, value in zip(("ascii", "hAnsi", "cs", "eastAsia"), (*(faces[0],) * 3, faces[1]), strict=True):
        fonts.set(qn(f"w:{name}"), value)


def _flag(properties: Any, name: str) -> None:
    properties.append(OxmlElement(name))


def _field(paragraph: Any, code: str) -> None:
    """A page number that Word fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)


def _edge(name: str, colour: str, eighths: int) -> Any:
    edge = OxmlElement(f"w:{name}")
    for key, value in (("val", "single"), ("sz", str(eighths)), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{key}"), value)
    return edge


def _border(paragraph: Any, side: str, colour: str, eighths: int) -> None:
    """A line along one side of a paragraph, in eighths of a point."""
    borders = OxmlElement("w:pBdr")
    borders.append(_edge(side, colour, eighths))
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _rules(table: Any, head: bool) -> None:
    """Lines between the rows of a table, a heavier one above, below and under its head."""
    borders = OxmlElement("w:tblBorders")
    for name, colour, size in (("top", _INK, 8), ("bottom", _INK, 8), ("insideH", _RULE, 3)):
        borders.append(_edge(name, colour, size))
    table._tbl.tblPr.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    if head:
        for cell in table.rows[0].cells:
            lines = OxmlElement("w:tcBorders")
            lines.append(_edge("bottom", _INK, 8))
            cell._tc.get_or_add_tcPr().append(lines)
