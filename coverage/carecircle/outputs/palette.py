"""Classes and roundings that map, report, styles and shelf share, and the colours as each is handed them."""

from __future__ import annotations

from typing import Any

from carecircle.colours import (
    ACCENT,
    ASKED,
    BAD,
    BEYOND,
    CATCHMENTS,
    FINDINGS,
    FOCUS,
    GAINED,
    GAP_UNSURE,
    GOOD,
    INK,
    ISLAND,
    LAND,
    LINE,
    LISTED_FINDINGS,
    LISTED_WORDS,
    MAP,
    NEW,
    NOTICE,
    ON_PAPER,
    OUTCOMES,
    PAPER_ONLY,
    POPULATION,
    SEA,
    SHARES,
    SHEET,
    SOFT,
    TIMES,
    UNASKED,
    UNKNOWN,
    UNKNOWN_CELL,
    UNSURE,
    URBAN,
    WASH,
    WHITE,
)
from carecircle.reach.snapping.snap import TRIAL_DIGITS
from carecircle.rules.judging.measures_response import UNSNAPPED_TOLERATED

TIME_BREAKS = (1 / 3, 2 / 3, 1.0, 4 / 3, 2.0, 3.0)
"""Classes of travel time as shares of the clause's limit."""
SHARE_BREAKS = (0.5, 0.8, 0.95)
"""Classes of the share of residents covered, on paper and in QGIS; the page has one more for nearly all."""

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
            "gapUnsure": GAP_UNSURE, "asked": ASKED, "unknown": UNKNOWN,
            "unknownCell": UNKNOWN_CELL, "unasked": UNASKED, "times": TIMES,
            "shares": [{"from": least, "colour": colour} for least, colour in SHARES], "outcomes": OUTCOMES,
            "population": POPULATION, "urban": URBAN, "paper": ON_PAPER,
            "catchments": CATCHMENTS, "findings": FINDINGS,
            "cutOff": {"unsnapped": UNSURE, "island": ISLAND, "one_way": ISLAND, "beyond": BEYOND,
                       "closed": UNSURE, "cut_off": ISLAND},
            **MAP,
            "sites": {"added": ACCENT, "closed": UNSURE, "proposed": ISLAND},
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
        "listed-warning": LISTED_WORDS["warning"], "listed-note": LISTED_WORDS["note"],
    }  # fmt: skip
    names |= SHEET
    names |= {f"{name}-rgb": rgba(names[name], None) for name in ("ink", "paper")} | {"shadow-rgb": "0,0,0"}
    return f":root {{ {' '.join(f'--{name}: {colour};' for name, colour in names.items())} }}\n"


def bare(colour: str) -> str:
    """A ``#rrggbb`` colour as Word writes it."""
    return colour.removeprefix("#").upper()


def rgba(colour: str, alpha: int | None = 255) -> str:
    """A ``#rrggbb`` (or ``#rgb``) colour as QGIS writes it; without alpha as a style sheet takes it."""
    whole = colour if len(colour) > 4 else "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(whole[i : i + 2], 16) for i in (1, 3, 5)]
    return ",".join(map(str, parts if alpha is None else [*parts, alpha]))
