"""Names as plans and tables write them: their forms, and rows that are one institution under two names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from carecircle.rules.judging.evidence import Facility

_BRACKETS = re.compile(r"[()]")


@cache
def forms(name: str) -> tuple[str, ...]:
    """Every form of a name: those apart by ``|``, and what stands before and within brackets.

    Parameters
    ----------
    name
        As a plan or a table writes it: ``区第二人民医院|金山镇中心卫生院``, ``区妇幼保健院（妇儿医院）``.

    Returns
    -------
    tuple of str
        In one width and without spaces, the whole first.
    """
    found: dict[str, None] = {}
    for form in name.split("|"):
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", form))
        parts = [p for p in _BRACKETS.split(plain) if len(p) > 2] if "(" in plain else []
        found.update(dict.fromkeys([plain, *parts]))
    return tuple(found)


def first_form(name: str) -> str:
    """A name as people read it: its first form."""
    return name.partition("|")[0].strip()


def once(
    sure: list[Facility], maybe: list[Facility], twins: Mapping[str, str]
) -> tuple[list[Facility], list[Facility]]:
    """Facilities that count, and those that may, each institution once.

    Parameters
    ----------
    sure, maybe
        As the tables list them.
    twins
        Rows that are another row's institution: second -> first.
    """
    counted = {f.id for f in sure}
    kept = [f for f in sure if twins.get(f.id) not in counted]
    told = counted | {first for f in sure if (first := twins.get(f.id))}
    told |= {second for second, first in twins.items() if first in counted}
    among = {f.id for f in maybe}
    return kept, [f for f in maybe if f.id not in told and twins.get(f.id) not in among]
