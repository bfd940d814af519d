"""Clauses about a group of the residents (children, the old): who counts, and the ledger of them alone."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from carecircle.rules.judging.evidence import Evidence
from carecircle.rules.judging.figures import need
from carecircle.rules.language.rule import Rule
from carecircle.texts import Sentence

if TYPE_CHECKING:
    from carecircle.inputs.load import Inputs


def weights(inputs: Inputs, rule: Rule) -> np.ndarray[Any, Any]:
    """How many residents of a demand row a rule counts.

    Parameters
    ----------
    inputs
        With residents, and with the rule's group where it names one.
    rule
        Any.

    Returns
    -------
    ndarray
        float64[p], in the demand's order.
    """
    assert inputs.demand is not None
    return np.asarray(inputs.demand[rule.group or "residents"], float)


def of_group(rule: Rule, evidence: Evidence) -> Evidence:
    """The evidence with the rule's group in the place of all residents; as it is where it names none.

    The study's residents carry the group: `missing_group` says so where they do not.
    """
    inputs = evidence.inputs
    if not rule.group or inputs.demand is None or inputs.ledger is None:
        return evidence
    demand = inputs.demand.assign(residents=weights(inputs, rule))
    found = Evidence(dataclasses.replace(inputs, demand=demand, ledger=inputs.ledger.groups[rule.group]))
    found.twins = evidence.twins
    return found


def missing_group(rule: Rule, evidence: Evidence) -> tuple[Sentence, ...]:
    """The group that a rule counts and the study's residents do not carry."""
    ledger = evidence.inputs.ledger
    if not rule.group or ledger is None or rule.group in ledger.groups:
        return ()
    return (need("group", name=rule.group),)
