"""Where a rule's words stand, whose they are, and how near we are to the text."""

from __future__ import annotations

from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence


def cited(rule: Rule) -> Sentence:
    """Where a rule's words stand; what is no official text says what it is instead.

    Parameters
    ----------
    rule
        Of a plan.

    Returns
    -------
    Sentence
        The section; for a quotation by another plan, a report or a draft its place and its tier.
    """
    return Sentence(f"rules.cited_{rule.provenance}", {"where": _where(rule)})


def words(rule: Rule) -> Sentence:
    """A rule's words: the text in quotation marks, what is said in its place without them."""
    return Sentence("rules.words_quoted" if rule.quote else "rules.words_stated", {"words": rule.words})


def tier(rule: Rule) -> Sentence | None:
    """How near a rule is to the text, as a verdict says it; None for official text."""
    return None if rule.provenance == "official" else Sentence(
        f"rules.tier_{rule.provenance}", {"where": _where(rule)}
    )  # fmt: skip


def _where(rule: Rule) -> Sentence | str:
    if rule.source is None:
        return rule.section
    return Sentence("rules.source_titled", {"title": rule.source.title, "year": str(rule.source.year)})
