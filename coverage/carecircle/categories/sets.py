"""Which facilities a rule speaks of: one or several sets of categories with the roles asked in each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from carecircle.categories.roles import holds, told_in
from carecircle.categories.terms import broader, categories, descendants


@dataclass(frozen=True)
class FacilitySet:
    """Facilities of some categories that hold some roles; of several such parts, any.

    Parameters
    ----------
    parts
        Categories (a narrower one counts; none: any) and roles that must all be held, one pair a part.
    without
        Categories that are left out, with everything narrower.
    """

    parts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (((), ()),)
    without: tuple[str, ...] = ()

    @classmethod
    def of(cls, kinds: Iterable[str] = (), roles: Iterable[str] = ()) -> FacilitySet:
        """The set of one part: of these categories, holding these roles."""
        return cls(((tuple(kinds), tuple(roles)),))

    def showing(self, roles: Iterable[str]) -> FacilitySet:
        """Those of the set that also hold further roles."""
        more = tuple(roles)
        return FacilitySet(tuple((c, (*r, *more)) for c, r in self.parts), self.without) if more else self

    @property
    def anything(self) -> bool:
        """Whether it asks nothing: every facility is one of it."""
        return self == FacilitySet()

    @property
    def categories(self) -> tuple[str, ...]:
        """Every category named in a part, once."""
        return tuple(dict.fromkeys(c for kinds, _ in self.parts for c in kinds))

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role asked in a part, once."""
        return tuple(dict.fromkeys(r for _, roles in self.parts for r in roles))

    @cached_property
    def _kinds(self) -> list[frozenset[str] | None]:
        return [_narrower(kinds) if kinds else None for kinds, _ in self.parts]

    @cached_property
    def _wider(self) -> list[frozenset[str]]:
        return [_broader(kinds) for kinds, _ in self.parts]

    @cached_property
    def _without(self) -> frozenset[str]:
        return _narrower(self.without)

    def of_kind(self, category: str) -> bool:
        """Whether a category may be one of the set's, whatever the roles."""
        if category in self._without:
            return False
        kinds = zip(self._kinds, self._wider, strict=True)
        return any(own is None or category in own or category in wide for own, wide in kinds)

    def counts(
        self,
        category: str,
        designations: Collection[str],
        attributes: Mapping[str, Any],
        *,
        told: Collection[str] | None = None,
        plain: Collection[str] = (),
    ) -> bool | None:
        """Whether a facility is one of the set; None where its table does not say.

        Parameters
        ----------
        category, designations, attributes
            Of the facility.
        told
            The roles that its list speaks of, as `holds` takes them; None: every one.
        plain
            Categories that its table tells from the narrower ones: a row of one is none of those.
        """
        if category in self._without:
            return False
        unsure = False
        for (_, roles), kinds, wider in zip(self.parts, self._kinds, self._wider, strict=True):
            sure = kinds is None or category in kinds
            if not sure and (category not in wider or category in plain):
                continue
            answers = [holds(designations, attributes, r, told=told) for r in roles]
            if False in answers:
                continue
            if sure and None not in answers:
                left_out = any(category in broader(c) for c in self.without) and category not in plain
                return None if left_out else True
            unsure = True
        return None if unsure else False

    def held(self, facilities: pd.DataFrame) -> pd.Series:
        """For each facility of a frame True, False or None, as `counts` says of it; whatever its status."""
        columns = ("category", "designations", "attributes")
        rows = zip(*(facilities[c] for c in columns), told_in(facilities), strict=True)
        plain = told_apart(set(facilities["category"]))
        found = [self.counts(c, d or (), a or {}, told=t, plain=plain) for c, d, a, t in rows]
        return pd.Series(found, index=facilities.index, dtype=object)

    def select(self, facilities: pd.DataFrame) -> pd.Series:
        """Which facilities of a frame are open and surely of the set."""
        chosen: pd.Series = (facilities["status"] == "open") & (self.held(facilities) == True)  # noqa: E712
        return chosen.astype(bool)


def kinds_of(kinds: Iterable[str]) -> frozenset[str]:
    """Several categories with everything narrower."""
    return frozenset().union(*(descendants(c) for c in kinds))


@cache
def _narrower(kinds: tuple[str, ...]) -> frozenset[str]:
    return kinds_of(kinds)


@cache
def _broader(kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(broader(c) for c in kinds))


def told_apart(present: Collection[str]) -> frozenset[str]:
    """Of the categories in a table those that it tells from a narrower one, raised by rank.

    A table that marks some 中心卫生院 means plain ones by 乡镇卫生院; one that has both 医院 and 中医医院
    says nothing of what kind of hospital a 医院 is.
    """
    raised = (c for c in categories().values() if c.raised and c.id in present)
    return frozenset(c.parent for c in raised if c.parent is not None)
