"""What every check of a plan against itself makes: a finding, with the numbers as the plan prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from carecircle.texts import Sentence


@dataclass(frozen=True)
class Inconsistency:
    """Numbers of one plan that cannot all be meant.

    Parameters
    ----------
    key
        Stable name, ``check:rule[+rule]``.
    check
        ``two_numbers``, ``two_labels``, ``sum``, ``parts_exceed``, ``implied_ratio``, ``met_then_missed``,
        ``implied_residents``, ``implied_spread``, ``other_set``, ``below_baseline``, ``more_already``,
        ``two_strengths``, ``must_shrink``, ``small_denominator``, ``more_than_built``,
        ``looser_than_reached``, ``table_rows`` or ``beside_divisions``.
    rules
        Ids of the rules it touches.
    sentence
        What does not fit, with the numbers.
    slight
        Small enough to be a slip of rounding.
    """

    key: str
    check: str
    rules: tuple[str, ...]
    sentence: Sentence
    slight: bool = False


def finding(
    check: str, rules: Iterable[str], year: str = "", *, slight: bool = False, **facts: object
) -> Inconsistency:
    """A finding of a check; its facts stand in the sentence ``rules.consistency_<check>``."""
    ids = tuple(rules)
    if year:
        facts["year"] = Sentence(f"rules.year_{year}")
    key = ":".join([check, *([year] if year else []), "+".join(ids)])
    return Inconsistency(key, check, ids, Sentence(f"rules.consistency_{check}", facts), slight)


def number(target: float | tuple[float, float] | None) -> float | None:
    """A target that is one number; None for a band, or for none."""
    return target if isinstance(target, float) else None


def half(value: float) -> float:
    """Half a unit of a printed number's last digit."""
    return 0.5 / float(10 ** decimals(value))


def decimals(value: float) -> int:
    """Digits after the point as a number is printed (7.5 has one, 10 none)."""
    text = f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])
