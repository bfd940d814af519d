"""The report as PDF, and its pictures as PNG: typst sets what the blocks say."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from importlib import resources
from typing import Any

import typst

from carecircle import colours
from carecircle.outputs.report.blocks import Picture, Report
from carecircle.outputs.report.fonts import Fonts, legible

_PICTURES = (
    "#set page(width: auto, height: auto, margin: 0pt)\n"
    '#for svg in json(bytes(sys.inputs.pictures)) { page(image(bytes(svg), format: "svg", width: 720pt)) }'
)
_PPI = 115.0


def pdf(report: Report, fonts: Fonts, made: datetime, absent: frozenset[str]) -> bytes:
    """Set the report.

    Parameters
    ----------
    report
        What it says.
    fonts
        What it is set in.
    made
        The date it carries; two runs with one date are equal to the byte.
    absent
        Characters without a glyph: they stand as their numbers.
    """
    blocks = [{"kind": type(b).__name__, **_plain(asdict(b), absent)} for b in report.blocks]
    head = _plain({k: v for k, v in vars(report).items() if k != "blocks"}, absent)
    data = {
        **head,
        "serif": fonts.serif,
        "sans": fonts.sans,
        "date": [made.year, made.month, made.day],
        "palette": {
            "ink": colours.INK, "soft": colours.PRINT_SOFT, "rule": colours.PRINT_RULE,
            "notice": colours.NOTICE, "edge": colours.PRINT_NOTICE, "tone": colours.TONES,
        },
        "blocks": blocks,
    }  # fmt: skip
    template = (resources.files("carecircle.outputs.report") / "report.typ").read_bytes()
    files = {"main.typ": template, "data.json": json.dumps(data, ensure_ascii=False).encode("utf-8")}
    return _one(typst.compile(files, font_paths=fonts.search, format="pdf", timestamp=made))


def pngs(report: Report, fonts: Fonts, absent: frozenset[str]) -> list[bytes]:
    """The report's drawings, in order, for a document that takes no SVG: 1,150 dots across."""
    drawings = [legible(b.svg, absent) for b in report.blocks if isinstance(b, Picture)]
    if not drawings:
        return []
    made: Any = typst.compile(
        _PICTURES.encode(), font_paths=fonts.search, format="png", ppi=_PPI,
        sys_inputs={"pictures": json.dumps(drawings)},
    )  # fmt: skip
    return made if isinstance(made, list) else [_one(made)]


def _one(made: Any) -> bytes:
    assert isinstance(made, bytes)
    return made


def _plain(value: Any, absent: frozenset[str]) -> Any:
    """Everything as JSON takes it, each text legible."""
    if isinstance(value, str):
        return legible(value, absent) if absent else value
    if isinstance(value, dict):
        return {k: _plain(v, absent) for k, v in value.items()}
    return [_plain(v, absent) for v in value] if isinstance(value, list | tuple) else value
