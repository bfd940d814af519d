"""What a plan needs to know about reach: stated here, answered elsewhere."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from carecircle import categories
from carecircle.rules.language import Rule
from carecircle.rules.plan import Plan
from carecircle.texts import Language, Sentence


@dataclass(frozen=True)
class ReachQuery:
    """Who reaches the nearest facility of some categories: one question, one reached frame.

    Parameters
    ----------
    categories, designations
        The facilities that may answer (a narrower category counts), holding every designation.
    mode
        ``walk``, ``drive`` or ``ambulance``; None for a straight line.
    direction
        ``to_facility`` (residents travel) or ``from_facility`` (an ambulance travels).
    metric
        ``minutes``, ``road_m`` or ``straight_m``.
    """

    categories: tuple[str, ...]
    designations: tuple[str, ...] = ()
    mode: str | None = None
    direction: Literal["to_facility", "from_facility"] = "to_facility"
    metric: Literal["minutes", "road_m", "straight_m"] = "minutes"

    @property
    def key(self) -> str:
        """Short, stable, ASCII: safe as the name of a file, a band or a page element."""
        who = "|".join([*self.categories, "+", *self.designations])
        parts = [self.metric, *([self.mode] if self.mode else [])]
        parts += ["from" if self.direction == "from_facility" else "to", f"{zlib.crc32(who.encode()):08x}"]
        return "_".join(parts)

    @property
    def title(self) -> Sentence:
        """What is asked, as a sentence free to be said in either language."""
        who = Sentence("rules.who", {"zh": self._who("zh"), "en": self._who("en")})
        return Sentence(f"rules.query_{self.metric}", {"who": who, "mode": mode_name(self.mode)})

    def label(self, language: Language) -> str:
        """The title in one language.

        Parameters
        ----------
        language
            ``zh`` or ``en``.

        Returns
        -------
        str
            Facilities, mode and what is measured.
        """
        return self.title.text(language)

    def _who(self, language: Language) -> str:
        kinds = ("、" if language == "zh" else ", ").join(
            categories.label(c, language) for c in self.categories
        )
        roles = ("、" if language == "zh" else ", ").join(
            categories.label(d, language) for d in self.designations
        )
        return (
            f"{kinds}（{roles}）" if roles and language == "zh" else f"{kinds} ({roles})" if roles else kinds
        )


def mode_name(mode: str | None) -> Sentence:
    """The name of a mode, or of the straight line."""
    return Sentence(f"rules.mode_{mode or 'straight'}")


def main_query(rule: Rule) -> ReachQuery | None:
    """The query a rule is judged by, or None where it asks for no reach."""
    if rule.kind == "load" and rule.mode is None:
        return None
    if rule.kind not in ("radius", "time", "response", "load"):
        return None
    metric = rule.metric or "minutes"
    straight = metric == "straight_m"
    return ReachQuery(
        tuple(sorted(rule.categories)),
        tuple(sorted(rule.designations)),
        None if straight else rule.mode,
        "to_facility" if straight else rule.direction,
        metric,
    )


def road_query(rule: Rule) -> ReachQuery | None:
    """The road distance shown with a straight-line radius, or None."""
    if rule.kind != "radius" or rule.metric != "straight_m" or rule.mode is None:
        return None
    return ReachQuery(
        tuple(sorted(rule.categories)), tuple(sorted(rule.designations)), rule.mode, rule.direction, "road_m"
    )


def alternative_queries(rule: Rule) -> Iterator[ReachQuery]:
    """The same question by the other modes a rule reports beside its own."""
    query = main_query(rule)
    if query is None or query.metric == "straight_m":
        return
    for mode in rule.alternatives:
        yield ReachQuery(query.categories, query.designations, mode, query.direction, query.metric)


def required(plan: Plan) -> list[ReachQuery]:
    """Every distinct query a plan needs, in the order of its rules.

    Parameters
    ----------
    plan
        From `carecircle.load_plan`.

    Returns
    -------
    list of ReachQuery
        Those its rules are judged by, the road beside a straight line, and the other modes reported.
    """
    found: dict[ReachQuery, None] = {}
    for rule in plan.rules:
        for query in (main_query(rule), road_query(rule), *alternative_queries(rule)):
            if query is not None:
                found[query] = None
    return list(found)
