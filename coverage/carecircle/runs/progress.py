"""Several years' verdicts files: how fast each clause moves, and when it would be met at that pace."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

from carecircle.errors import UsageError
from carecircle.rules.judging.shown import shown_margin
from carecircle.texts import Sentence

Standing = Literal["met", "in_time", "late", "still", "backward", "unknown"]
_STILL = 1e-9
"""A pace below this share of the target a year is none."""


@dataclass(frozen=True)
class Progress:
    """One clause over the years.

    Parameters
    ----------
    rule, title
        The rule, and its title as the latest file says it.
    years
        Each file's year and the figure found, None where it is unknown.
    target, comparison, unit
        Of the latest file.
    target_year
        By when it is asked; None where the files do not say.
    pace
        Change a year from the first known figure to the last; None with fewer than two.
    met_in
        The year at which the target would be reached at that pace, with its fraction; None where it is met,
        unknown, or where the figure stands still or moves away.
    standing
        ``met``; ``in_time`` or ``late`` (at this pace, by the target year; without one ``in_time``);
        ``still`` or ``backward``; ``unknown``.
    """

    rule: str
    title: str
    years: tuple[tuple[int, float | None], ...]
    target: float | None
    comparison: str
    unit: str
    target_year: int | None
    pace: float | None
    met_in: float | None
    standing: Standing

    @property
    def sentence(self) -> Sentence:
        """Pace and standing in words."""
        way = "falls" if self.pace is not None and self.pace < 0 else "rises"
        pace = None if self.pace is None else shown_margin(abs(self.pace), self.unit)
        facts: dict[str, object] = {"until": str(self.target_year)}
        facts["moves"] = Sentence(f"listings.progress_{way}", {"pace": pace})
        if self.met_in is not None:
            facts["year"] = str(math.ceil(self.met_in - 1e-9))
        undated = self.standing == "in_time" and self.target_year is None
        return Sentence(f"listings.progress_{'some_day' if undated else self.standing}", facts)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: the fields, each year's figure as ``{"year", "observed"}``."""
        return {**asdict(self), "years": [{"year": y, "observed": o} for y, o in self.years]}


def progress(documents: Sequence[Mapping[str, Any]]) -> list[Progress]:
    """Every clause over several years' verdicts.

    The pace is linear: from the first year whose figure is known to the last. A figure that the latest file
    does not know, one of another unit, and a band have no pace.

    Parameters
    ----------
    documents
        From `read_verdicts`, of one plan, in any order.

    Returns
    -------
    list of Progress
        In the order of the latest file, then rules that only earlier ones hold.

    Raises
    ------
    UsageError
        If fewer than two are given, two are of one year, or they judge different plans.
    """
    ordered = sorted(documents, key=lambda d: int(d["year"]))
    years = [int(d["year"]) for d in ordered]
    if len(years) < 2:
        raise UsageError("cli.progress_of_one")
    twice = next((y for y, after in pairwise(years) if y == after), None)
    if twice is not None:
        raise UsageError("cli.progress_same_year", value=str(twice))
    plans = sorted({str(d["plan"]) for d in ordered})
    if len(plans) > 1:
        raise UsageError("cli.progress_of_plans", value=plans)
    held = [{v["rule"]: v for v in d["verdicts"]} for d in ordered]
    rules = dict.fromkeys(rule for one in reversed(held) for rule in one)
    return [_progress(rule, years, [one.get(rule) for one in held]) for rule in rules]


def _progress(rule: str, years: Sequence[int], verdicts: Sequence[Mapping[str, Any] | None]) -> Progress:
    latest = next(v for v in reversed(verdicts) if v is not None)
    found = tuple((y, _known(v, latest["unit"])) for y, v in zip(years, verdicts, strict=True))
    target = latest["target"] if isinstance(latest["target"], int | float) else None
    until = latest.get("target_year")
    known = [(y, o) for y, o in found if o is not None]
    pace = None
    if len(known) > 1:
        pace = (known[-1][1] - known[0][1]) / (known[-1][0] - known[0][0])
    met_in: float | None = None
    standing: Standing = "unknown"
    if verdicts[-1] is not None and found[-1][1] is not None:
        met = latest["outcome"] == "PASS"
        standing, met_in = ("met", None) if met else _ahead(latest, target, found[-1], pace, until)
    return Progress(
        rule, str(latest.get("title", rule)), found, target, latest["comparison"], latest["unit"], until,
        pace, met_in, standing,
    )  # fmt: skip


def _known(verdict: Mapping[str, Any] | None, unit: str) -> float | None:
    """A figure that was found for sure, in the latest file's unit."""
    if verdict is None or verdict["outcome"] == "NOT_ASSESSED" or verdict["unit"] != unit:
        return None
    observed = verdict["observed"]
    return None if observed is None else float(observed)


def _ahead(
    latest: Mapping[str, Any], target: float | None, last: tuple[int, float | None], pace: float | None,
    until: int | None,
) -> tuple[Standing, float | None]:  # fmt: skip
    """Where the pace leads from the last figure, which does not meet its target."""
    year, figure = last
    if latest["outcome"] != "FAIL" or target is None or figure is None or pace is None:
        return "unknown", None
    left = target - figure
    if abs(pace) <= _STILL * max(1.0, abs(target)):
        return "still", None
    if left == 0 or (left > 0) != (pace > 0):
        return "backward", None
    met_in = year + left / pace
    return ("in_time" if until is None or met_in <= until + 1e-9 else "late"), met_in
