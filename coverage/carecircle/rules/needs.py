"""What each rule needs to be judged, and what to bring so that more can be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from carecircle import categories
from carecircle.rules.judging.figures import attribute_name, role_column
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.rules.judging.verdict import Verdict

_LEVELS = ("county", "town", "village")


def needs(rule: Rule) -> tuple[str, ...]:
    """The inputs a rule is judged from, as codes.

    Parameters
    ----------
    rule
        A rule of a plan.

    Returns
    -------
    tuple of str
        ``facilities``, ``residents``, ``roads``, ``urban``, ``areas.town`` (areas of a level),
        ``facilities.beds`` (a column of the facility table), ``totals.residents_0_14`` (an official figure),
        ``residents.65+`` (a group of the residents).
    """
    found = dict.fromkeys(kind_of(rule).inputs(rule))
    if not found:
        return ()
    if rule.denominator == "residents":
        found["residents"] = None
    if rule.group:
        found[f"residents.{rule.group}"] = None
    if rule.scope != "all":
        found["urban"] = None
    if rule.by in _LEVELS:
        found[f"areas.{rule.by}"] = None
    for name in _figures(rule):
        table = (
            "totals"
            if name in categories.area_attributes() and name not in categories.attributes()
            else "facilities"
        )
        if name not in ("residents", "facilities"):
            found[f"{table}.{name}"] = None
    return tuple(found)


def _figures(rule: Rule) -> Iterable[str]:
    """Every column or figure a rule reads."""
    yield from (n for n in (rule.numerator, rule.denominator) if n)
    for condition in (*rule.when, *([rule.each] if rule.each else [])):
        yield from (n for n in (condition.attribute, condition.share_of) if n)
    yield from (n for n in (rule.along, "zone" if rule.by == "zone" else "") if n)
    referred = (*rule.receiving.roles, *rule.between.roles)
    own = (*rule.facilities.roles, *rule.has, *rule.denominator_facilities.roles, *referred)
    for role in dict.fromkeys(own):
        yield role_column(role)


def need_sentence(code: str) -> Sentence:
    """A need's code as a sentence.

    Parameters
    ----------
    code
        One of `needs`.

    Returns
    -------
    Sentence
        Free to be said in either language.
    """
    table, _, name = code.partition(".")
    if not name:
        return Sentence(f"rules.need_{table}", {})
    if table == "areas":
        return Sentence("rules.need_areas", {"level": Sentence(f"rules.level_{name}")})
    if table == "residents":
        return Sentence("rules.need_group", {"name": name})
    if table == "totals":
        return Sentence("rules.need_total", {"name": attribute_name(name)})
    title = Sentence("rules.column_designations") if name == "designations" else attribute_name(name)
    return Sentence("rules.need_column", {"name": title})


def unlocks(verdicts: Iterable[Verdict]) -> list[tuple[Sentence, tuple[str, ...]]]:
    """What to bring so that more rules can be judged, the most useful first, with the rules it unlocks.

    One column that several rules lack is one entry, however many facilities lack it in each.

    Parameters
    ----------
    verdicts
        Of one analysis.

    Returns
    -------
    list of (Sentence, tuple of str)
        What to bring, and the ids of the rules that lack it.
    """
    said: dict[tuple[str, str], Sentence] = {}
    rules: dict[tuple[str, str], dict[str, None]] = {}
    for verdict in verdicts:
        for need in verdict.missing_inputs:
            facts = need.facts
            what = facts.get("attribute") or facts.get("name") or facts.get("level") or ""
            if "columns" in facts:
                what = Sentence("rules.listed", {"items": facts["columns"]})
            of = (need.key, what.text("zh") if isinstance(what, Sentence) else str(what))
            if need.key in ("rules.need_attribute", "rules.need_role", "rules.need_role_unsaid"):
                said[of] = Sentence("rules.need_column", {"name": what})
            else:
                said.setdefault(of, need)
            rules.setdefault(of, {})[verdict.rule] = None
    ranked = sorted(rules, key=lambda of: (-len(rules[of]), of))
    return [(said[of], tuple(rules[of])) for of in ranked]
