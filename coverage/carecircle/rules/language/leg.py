"""One way of a query: between a place and the nearest facility of some categories."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

from carecircle import categories
from carecircle.categories import FacilitySet, attributes
from carecircle.profiles import mode_by
from carecircle.study import Start
from carecircle.texts import Language, Sentence

Part = tuple[tuple[str, ...], tuple[str, ...]]
"""Categories and the roles asked of them."""
Direction = Literal["to_facility", "from_facility"]
Metric = Literal["minutes", "road_m", "straight_m"]


@dataclass(frozen=True)
class Leg:
    """One way between a place and the nearest facility of some categories.

    Parameters
    ----------
    categories, designations
        The facilities that may answer (a narrower category counts), holding every designation.
    mode
        A mode of `carecircle.profiles` (``walk``, ``drive``, ``ambulance`` …); None for a straight line.
    direction
        ``to_facility`` (residents travel) or ``from_facility`` (an ambulance travels).
    metric
        ``minutes``, ``road_m`` or ``straight_m``.
    also, without
        Further sets that may answer, as (categories, designations); categories that may not.
    start
        What passes before a facility's unit sets out (``turnout``, ``muster``): part of the cost, in minutes;
        a facility without ambulances then does not answer.
    every
        The cost from every facility is asked too, not only the nearest one's.
    named_by
        Only facilities that this column of some facility names may answer (``refers_to``); empty: any.
    nth
        The n-th nearest facility is asked, with its cost.
    """

    categories: tuple[str, ...]
    designations: tuple[str, ...] = ()
    mode: str | None = None
    direction: Direction = "to_facility"
    metric: Metric = "minutes"
    also: tuple[Part, ...] = ()
    without: tuple[str, ...] = ()
    start: Start = ""
    every: bool = False
    named_by: Literal["", "refers_to"] = ""
    nth: int = 1

    @property
    def facilities(self) -> FacilitySet:
        """The facilities that may answer."""
        return FacilitySet(((self.categories, self.designations), *self.also), self.without)

    @property
    def key(self) -> str:
        """Short, stable, ASCII: safe as the name of a file, a band or a page element."""
        who = "|".join([*self.categories, "+", *self.designations])
        who += "".join("|or|" + "|".join([*kinds, "+", *roles]) for kinds, roles in self.also)
        who += "".join(f"|not|{kind}" for kind in self.without)
        who += f"|{self.start}" if self.start else ""
        who += "|every" if self.every else ""
        who += f"|{self.named_by}" if self.named_by else ""
        who += f"|{self.nth}" if self.nth > 1 else ""
        parts = [self.metric, *([self.mode] if self.mode else [])]
        parts += ["from" if self.direction == "from_facility" else "to", f"{zlib.crc32(who.encode()):08x}"]
        return "_".join(parts)

    @property
    def title(self) -> Sentence:
        """What is asked, as a sentence free to be said in either language."""
        who = Sentence("rules.who", {"zh": self._who("zh"), "en": self._who("en")})
        asked = Sentence(f"rules.query_{self.metric}", {"who": who, "mode": mode_name(self.mode)})
        return asked if self.nth == 1 else Sentence("rules.query_nth", {"query": asked, "n": self.nth})

    def _who(self, language: Language) -> str:
        if self.named_by:
            return attributes()[self.named_by].label(language)
        return (" 或 " if language == "zh" else " or ").join(
            _part_name(kinds, roles, language) for kinds, roles in self.facilities.parts
        )


def _part_name(kinds: tuple[str, ...], roles: tuple[str, ...], language: Language) -> str:
    comma = "、" if language == "zh" else ", "
    named = comma.join(categories.label(k, language) for k in kinds)
    held = comma.join(categories.label(r, language) for r in roles)
    if not (named and held):
        return named or held
    return f"{named}（{held}）" if language == "zh" else f"{named} ({held})"


def mode_name(mode: str | None) -> Sentence:
    """How one travels by a mode, or in a straight line."""
    return Sentence("rules.mode_straight") if mode is None else mode_by(mode)
