"""How sure a verdict is, in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from carecircle.certainty.turns import Breakpoint, breakpoints
from carecircle.rules.judging.shown import shown
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.analysis import Analysis
    from carecircle.rules import Verdict

_ENDS = {
    "speed": ("least", "below"), "limit": ("least", "below"), "share": ("above", "most"),
    "turnout": ("above", "most"), "residents": ("above", "most"),
}  # fmt: skip
"""What the low and the high end of a parameter are called: see `Breakpoint`."""


def stands(analysis: Analysis, verdict: Verdict) -> Sentence | None:
    """Between which values a verdict's outcome stands, in one sentence.

    Parameters
    ----------
    analysis
        Its analysis.
    verdict
        One of its verdicts.

    Returns
    -------
    Sentence or None
        None where nothing is known to turn it.
    """
    points = breakpoints(analysis).get(verdict.rule, ())
    ranges = [_end(verdict, p, side, end) for p in points for side, end in enumerate((p.low, p.high))
              if end is not None]  # fmt: skip
    return Sentence("certainty.stands", {"ranges": ranges}) if ranges else None


def drawn(verdict: Verdict) -> list[Sentence]:
    """How likely a verdict is, and what moves its figure most, where it was drawn.

    Parameters
    ----------
    verdict
        Of `carecircle.uncertainty`.

    Returns
    -------
    list of Sentence
        Empty where it was not drawn.
    """
    robust = verdict.robust
    if robust is None:
        return []
    shares = {"passes": robust.p_pass, "fails": robust.p_fail, "open": robust.p_not_assessed}
    facts = {name: shown(share, "share") for name, share in shares.items()}
    ends = {"low": verdict.shown(robust.p5), "high": verdict.shown(robust.p95)}
    said = [Sentence("certainty.robust", {"draws": robust.draws, **facts, **ends})]
    moving = [d for d in robust.drivers if math.isfinite(d.total)]
    if moving:
        most = max(moving, key=lambda d: d.total)
        what = Sentence(f"certainty.input_{most.what}")
        said.append(Sentence("certainty.driver", {"input": what, "total": round(most.total, 2)}))
    return said


def sureness(analysis: Analysis, verdict: Verdict) -> list[Sentence]:
    """All that is known of how sure a verdict is: between which values it stands, and how likely it is.

    Parameters
    ----------
    analysis
        Its analysis.
    verdict
        One of its verdicts; of `carecircle.uncertainty` where it was drawn.

    Returns
    -------
    list of Sentence
        Free to be said in either language; empty where nothing is known.
    """
    ranges = stands(analysis, verdict)
    return [*([] if ranges is None else [ranges]), *drawn(verdict)]


def _end(verdict: Verdict, point: Breakpoint, side: int, end: float) -> Sentence:
    unit = {
        "speed": "share",
        "share": "share",
        "turnout": "min",
        "limit": verdict.rule_def.limit_unit or "min",
    }
    value = round(end, 2) if point.what == "residents" else shown(end, unit[point.what])
    return Sentence(f"certainty.{point.what}_{_ENDS[point.what][side]}", {"value": value})
