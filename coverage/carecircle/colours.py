"""Every colour that is drawn or written with, each said once; no other room holds one."""

from __future__ import annotations

INK, SOFT, LINE, WASH, WHITE, SEA, LAND = (
    "#1d2a33", "#566169", "#e1e5e7", "#f4f6f6", "#fff", "#eef1f2", "#f7f5f0",
)  # fmt: skip
BAD, GOOD, UNSURE, PAPER_ONLY = "#9c2a10", "#1f6e8c", "#5f686e", "#6d3f9c"
PRINT_SOFT, PRINT_RULE = "#59646b", "#aab3b8"
PRINT_INK, PRINT_BORDER, PRINT_ROAD, PRINT_FRAME = "#111", "#8a8f92", "#6d7478", "#555"
PRINT_TOWN, PRINT_SCOPE, PRINT_OTHER, PRINT_NOTICE = "#3c4246", "#eddcc9", "#c9d6dc", "#b08a2a"
PRINT_PATTERNS = ("#b4babd", "#777", "#a33b20")
"""Lines, dots and the ground of the crossed lines that tell areas apart on a grey printer."""
ACCENT, NEW, FOCUS, ASKED, NOTICE = "#19597a", "#14577a", "#0b63ce", "#12405f", "#6a4a00"
UNKNOWN, UNASKED, GAINED, STREET = "#a3a9ad", "#fbfaf7", "#2f8fb3", "#c4cbcf"

TIMES = ("#dcedf2", "#c8e2ea", "#b3d6e2", "#edbd83", "#d9965c", "#bb6e3e", "#8c4727")
"""Blue within the limit, brown beyond; ever darker, so that paper without colour tells them apart too."""
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
LISTED_FINDINGS = {"error": "#9b2612", "warning": "#c98a00", "note": "#4a6a80", "border": "#2b3a42",
                   "edge": WHITE}  # fmt: skip
"""On the doctor's own map."""
GAP_UNSURE, UNKNOWN_CELL, URBAN = "#6b747a", "#7f878c", (None, "#3f6b8a", "#dccf9c")
ISLAND, BEYOND = "#0b5b57", "#8a5a00"
LISTED_WORDS = {"warning": "#7a5b00", "note": "#4a5a66"}
"""Words of the doctor's own map, dark enough to be read."""
SHEET = {
    "edge": "#c5cdd1", "rule": "#b9c2c7", "quote": "#c9d0d3", "underline": "#c4ccd0", "frame": "#9aa4aa",
    "row": "#f0f2f3", "bar": "#e9edee", "outside": "#eceff0", "mini": "#ecd5c8", "reached": "#7fb4c7",
    "reached-road": "#7fb0c2", "hatch": "#8b949a", "hatch-faint": "#b9c0c4", "hatch-bad": "#e3b9ab",
    "unasked-edge": "#8a9298", "unasked-mark": "#6b7379", "unasked-fill": "#98a1a6",
    "notice-ground": "#fdf3d7", "notice-edge": "#ecd9a0", "contradicts": "#fdf6e1",
    "accent-dark": "#124561", "accent-ground": "#e9f2f6", "accent-faint": "#eef5f8",
    "placeholder": "#69747b", "disabled": "#7b858b", "handle": "#8b959b", "grip": "#c3cacd",
    "sheet-ink": "#333",
}  # fmt: skip
"""Of the pages' style sheets, each by the name of its variable."""
MAP = {
    "white": WHITE, "sea": SEA, "focus": FOCUS, "ruler": "#0b4fa6", "region": "#3b4750",
    "facility": "#7d868c", "water": "#c3d9e6", "shore": "#a5c4d6", "unitFail": "#c98774",
    "road": "#7a7468", "lane": "#868176", "border": "#46525c", "villageBorder": "#5a646c",
    "catchmentBorder": "#2e3c46", "townName": "#46525b", "villageName": "#5c6870", "lanes": "#a01f6f",
}  # fmt: skip
"""Of what the map page draws by itself, each by its name in the page's palette."""
CARDS = {"good": "#2c7d6b", "bad": "#b3402a", "open": "#8a6d1a", "plain": "#5b6b73"}
"""Grounds of a notebook card's marks: dark enough for white text (contrast of at least 4.5 : 1)."""
CARD_EDGE, TEMPLATE_HEAD = "rgba(128,128,128,.4)", "#DCE6F1"
