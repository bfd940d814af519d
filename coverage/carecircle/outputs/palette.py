"""Colours, classes and roundings that map, report, styles and shelf share; the page has them in its JSON."""

from __future__ import annotations

from typing import Any

from carecircle.reach.snapping.snap import TRIAL_DIGITS
from carecircle.rules.judging.measures_response import UNSNAPPED_TOLERATED

INK, SOFT, LINE, WASH, WHITE, SEA, LAND = (
    "#1d2a33", "#566169", "#e1e5e7", "#f4f6f6", "#fff", "#eef1f2", "#f7f5f0",
)  # fmt: skip
BAD, GOOD, UNSURE, PAPER_ONLY = "#9c2a10", "#1f6e8c", "#5f686e", "#6d3f9c"
PRINT_SOFT, PRINT_RULE = "#59646b", "#aab3b8"
PRINT_INK, PRINT_BORDER, PRINT_ROAD, PRINT_FRAME = "#111", "#8a8f92", "#6d7478", "#555"
PRINT_TOWN, PRINT_SCOPE, PRINT_OTHER, PRINT_NOTICE = "#3c4246", "#eddcc9", "#c9d6dc", "#b08a2a"
PRINT_PATTERNS = ("#b4babd", "#777", "#a33b20")
"""Lines, dots and the ground of the crossed lines that tell areas apart on a grey printer."""
LANES = "#a01f6f"
"""Roads that are likely missing from the map."""
ACCENT, NEW, FOCUS, ASKED, NOTICE = "#19597a", "#14577a", "#0b63ce", "#12405f", "#6a4a00"
UNKNOWN, UNASKED, GAINED, STREET = "#a3a9ad", "#fbfaf7", "#2f8fb3", "#c4cbcf"

TIME_BREAKS = (1 / 3, 2 / 3, 1.0, 4 / 3, 2.0, 3.0)
"""Classes of travel time as shares of the clause's limit."""
TIMES = ("#dcedf2", "#c8e2ea", "#b3d6e2", "#edbd83", "#d9965c", "#bb6e3e", "#8c4727")
"""Blue within the limit, brown beyond; ever darker, so that paper without colour tells them apart too."""
SHARE_BREAKS = (0.5, 0.8, 0.95)
"""Classes of the share of residents covered, on paper and in QGIS; the page has one more for nearly all."""
SHARES = ((0.9995, "#d6e7ec"), (0.95, "#f7ecd3"), (0.8, "#f0d09c"), (0.5, "#df9f68"), (-1, "#bf6a45"))
PRINTED_SHARES = ("#a8452a", "#dd9a70", "#f3dcc6", "#fbf8f3")
"""Shares of residents covered below 50, 80, 95 % and above: darker is worse, also on a grey printer."""
OUTCOMES = {
    "PASS": "#d3e6ec", "FAIL": "#d08a66", "NOT_ASSESSED": None, "NO_THRESHOLD": "#e8e8e4",
    "WAIVED": "#e6e2ee",
}  # fmt: skip
"""Areas judged one by one; None is hatched."""
STYLED = {
    "covered_nearly": "#e9f1f4", "near": "#e3eff2", "far": "#f3d1a4", "unreachable": "#3c143c",
    "unsnapped": "#969696", "no_data": "#bebebe", "outside": "#ebebeb", "NOT_ASSESSED": "#dcdcdc",
    "WAIVED": "#cdc0de", "NO_THRESHOLD": "#f0f0f0", "town": "#5a6268", "village": "#bec3c6",
}  # fmt: skip
"""In the styles of QGIS, beside the colours above."""
KINDS = (GOOD, BAD, PAPER_ONLY, "#5e6e14", "#3c3c3c", "#c88214")
"""Categories of facilities in turn."""
CELLS = {
    "FAIL": "#F3D9CF", "PASS": "#D9EAF0", "NOT_ASSESSED": "#ECECEC", "NO_THRESHOLD": "#F6F6F3",
    "WAIVED": "#E9E3F2",
}  # fmt: skip
"""Outcomes in a workbook."""
CELL_HEAD, CELL_LABEL = "#F2F4F5", "#5B666E"
TONES = {"FAIL": BAD, "PASS": GOOD, "NOT_ASSESSED": UNSURE, "NO_THRESHOLD": UNSURE}
"""Outcomes as words."""
CATCHMENTS = ("#a6cfe3", "#f4cf94", "#b9dcb8", "#e7b8a4", "#cdc0e0", "#f0e6a0", "#9fc7bd", "#e3c0d4")
"""Light hues that stay apart for every kind of colour sight; borders between service areas carry the rest."""
POPULATION = ("#dfe9ea", "#b9d2d8", "#86b1bd", "#4f8798", "#285f74", "#123c4d")
ON_PAPER = ("#a9d0de", PAPER_ONLY, "#e4ae84")
"""Within on paper and by road, on paper alone, beyond both."""
FINDINGS = {"error": BAD, "warning": "#b86e00", "note": "#4a6a80"}
LISTED_FINDINGS = {"error": "#9b2612", "warning": "#c98a00", "note": "#4a6a80", "border": "#2b3a42"}
"""On the doctor's own map."""

UNREACHED = 2**32 - 1
STEP = {"min": 0.01, "m": 1.0}
"""Times are kept to a hundredth of a minute, distances to a metre: for reading, never for judging."""
FINE = 1e9
"""Steps of a degree in which the page keeps the places that straight lines are measured between."""
PLACE_STEP = 10**TRIAL_DIGITS
"""Steps of a metre in which a trial site's place on its street is kept, as by `carecircle.reach`."""


def for_page() -> dict[str, Any]:
    """What the map page draws and counts with, as it enters the page's JSON."""
    return {
        "palette": {
            "ink": INK, "land": LAND, "bad": BAD, "good": GOOD, "paperOnly": PAPER_ONLY,
            "gapUnsure": "#6b747a", "asked": ASKED, "unknown": UNKNOWN,
            "unknownCell": "#7f878c", "unasked": UNASKED, "times": TIMES,
            "shares": [{"from": least, "colour": colour} for least, colour in SHARES], "outcomes": OUTCOMES,
            "population": POPULATION, "urban": [None, "#3f6b8a", "#dccf9c"], "paper": ON_PAPER,
            "catchments": CATCHMENTS, "findings": FINDINGS,
            "cutOff": {"unsnapped": UNSURE, "island": "#0b5b57", "one_way": "#0b5b57", "beyond": "#8a5a00",
                       "closed": UNSURE, "cut_off": "#0b5b57"},
            "lanes": LANES,
            "sites": {"added": ACCENT, "closed": UNSURE, "proposed": "#0b5b57"},
        },
        "numbers": {
            "timeBreaks": TIME_BREAKS, "unreached": UNREACHED, "fine": FINE, "placeStep": PLACE_STEP,
            "unsnappedTolerated": UNSNAPPED_TOLERATED,
        },
    }  # fmt: skip


def css() -> str:
    """The shared colours as variables of a style sheet."""
    names = {
        "ink": INK, "soft": SOFT, "line": LINE, "wash": WASH, "paper": WHITE, "sea": SEA, "bad": BAD,
        "good": GOOD, "unsure": UNSURE, "paperonly": PAPER_ONLY, "accent": ACCENT, "new": NEW,
        "focus": FOCUS, "notice": NOTICE, "gained": GAINED, "worst": SHARES[-1][1],
        "listed-error": LISTED_FINDINGS["error"],
        "listed-warning": "#7a5b00", "listed-note": "#4a5a66",
    }  # fmt: skip
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in names.items())} }}\n"


def bare(colour: str) -> str:
    """A ``#rrggbb`` colour as Word writes it."""
    return colour.removeprefix("#").upper()


def rgba(colour: str, alpha: int = 255) -> str:
    """A ``#rrggbb`` colour as QGIS writes it."""
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"
