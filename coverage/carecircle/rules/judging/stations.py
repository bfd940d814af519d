"""Stations and their ambulances: what passes before they set out, and what their table does not say."""

from __future__ import annotations

import pandas as pd

from carecircle.emergency.response import Service
from carecircle.rules.judging.evidence import Evidence
from carecircle.study import Emergency
from carecircle.study.emergency import units_of
from carecircle.texts import Sentence

_NAMED = 8


def called(frame: pd.DataFrame, minutes: float) -> pd.DataFrame:
    """A reached frame with minutes that pass for everybody.

    Parameters
    ----------
    frame
        As reached.
    minutes
        The call, the dispatch, and what else is the same everywhere.

    Returns
    -------
    DataFrame
        The same places; infinite stays infinite.
    """
    return frame.assign(cost=frame["cost"] + minutes)


def service_of(stages: Emergency, start_min: float) -> Service:
    """Minutes that a call keeps an ambulance: out, at the scene, to a hospital and back, on average.

    The ways to the hospital and back are taken as long as the way out.

    Parameters
    ----------
    stages
        The study's.
    start_min
        From the alert until a unit sets out, on average.

    Returns
    -------
    callable
        From the mean minutes until the unit which answers is there.
    """
    before, brought = stages.call_min + stages.dispatch_min + start_min, stages.transported_share
    there = start_min + stages.scene_min + brought * stages.handover_min

    def lasting(answered_min: float) -> float:
        return there + max(answered_min - before, 0.0) * (2 + brought)

    return lasting


def stations_assumed(evidence: Evidence, serving: pd.Series) -> list[Sentence]:
    """Which stations that serve somebody have a blank where their ambulances would stand.

    Parameters
    ----------
    evidence
        The study's.
    serving
        The station of each place that is reached.

    Returns
    -------
    list of Sentence
        One, or none where the table says it of each.
    """
    used = set(serving.dropna())
    blank = [f.name for f in evidence.facilities if f.id in used and units_of(f.attributes) is None]
    if not blank:
        return []
    return [Sentence("rules.ambulances_assumed", {"n": len(blank), "names": blank[:_NAMED]})]
