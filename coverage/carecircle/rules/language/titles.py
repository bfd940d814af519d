"""What a rule is called: the title its plan gives it, else one made of its fields."""

from __future__ import annotations

from carecircle import categories
from carecircle.rules.kinds.record import kind_of
from carecircle.rules.language.leg import mode_name
from carecircle.rules.language.rule import Rule
from carecircle.texts import LANGUAGES, Sentence


def title(rule: Rule) -> Sentence:
    """A rule in a few words: its own title, else what, within what, for whom.

    Parameters
    ----------
    rule
        Of a plan.

    Returns
    -------
    Sentence
        Free to be said in either language.
    """
    if rule.title_zh:
        return Sentence("rules.who", {"zh": rule.title_zh, "en": rule.title_en})
    made = _made(rule)
    if rule.nth is not None:
        made = Sentence("outputs.title_nth", {"title": made, "n": rule.nth})
    return Sentence("outputs.title_group", {"title": made, "group": rule.group}) if rule.group else made


def _made(rule: Rule) -> Sentence:
    """A title of a rule's fields."""
    kinds, roles = rule.categories, rule.designations
    if rule.stations and not rule.receives:
        kinds, roles = rule.stations[0].categories, rule.stations[0].designations
    who = _names(kinds, roles) if kinds else Sentence("outputs.title_none")
    if rule.numerator:
        found = categories.attributes().get(rule.numerator) or categories.area_attributes().get(
            rule.numerator
        )
        who = Sentence("outputs.either", {"zh": found.zh, "en": found.en}) if found else who
    facts: dict[str, object] = {"who": who, "scope": Sentence(f"outputs.scope_{rule.scope}")}
    if rule.limit is not None:
        facts["limit"] = Sentence(f"outputs.limit_{rule.limit_unit}", {"value": rule.limit})
    facts["mode"] = mode_name(rule.mode)
    facts["statistic"] = Sentence(f"rules.statistic_{rule.statistic or 'mean'}")
    return Sentence(kind_of(rule).title(rule), facts)


def _names(kinds: tuple[str, ...], roles: tuple[str, ...]) -> Sentence:
    """Categories (or the roles asked of them) by name, at most three."""
    terms = roles or kinds
    shown = {lang: [categories.label(t, lang) for t in terms[:3]] for lang in LANGUAGES}
    more = "等" if len(terms) > 3 else ""
    return Sentence(
        "outputs.either",
        {"zh": "、".join(shown["zh"]) + more, "en": ", ".join(shown["en"]) + (" …" if more else "")},
    )
