"""The stages of an emergency that no road tells: minutes, calls and shares, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from carecircle.strict import UnfitError
from carecircle.study.sections import Section
from carecircle.texts import Sentence

Start = Literal["", "turnout", "muster"]
"""What passes before a unit sets out: nothing, the turn-out of one on call, or mustering one that is not."""
TURNOUT = "turnout_min"
AMBULANCES = "ambulances"


class Emergency(Section):
    """From the call to the hospital: what the study knows of each stage, or assumes and says."""

    call_min: float = Field(default=0.5, ge=0, le=1440)
    """From the first ring until the call is understood, minutes."""
    dispatch_min: float = Field(default=0.5, ge=0, le=1440)
    """From there until a unit is alerted, minutes."""
    turnout_min: float = Field(default=1.0, ge=0, le=1440)
    """From the alert until the unit sets out, minutes; a facility's own ``turnout_min`` stands before it."""
    muster_min: float = Field(default=15.0, ge=0, le=1440)
    """The same for a unit that is not on call and is mustered first (应急分队), minutes."""
    scene_min: float = Field(default=10.0, ge=0, le=1440)
    """From arrival until the unit leaves with the patient, minutes."""
    handover_min: float = Field(default=15.0, ge=0, le=1440)
    """At the hospital until the unit is free again, minutes; only the busy share needs it."""
    transported_share: float = Field(default=0.8, ge=0, le=1)
    """Of all calls, those whose patient is brought to a hospital; only the busy share needs it."""
    calls_per_1000_year: float | None = Field(default=None, gt=0, le=1_000_000)
    """Calls that need a unit, per 1,000 residents and year; absent: unknown, and never assumed."""
    sources: dict[str, str] = Field(default={})
    """Where a figure is from, by its key: ``{turnout_min = "市急救中心2024年报"}``."""

    @model_validator(mode="after")
    def _known(self) -> Emergency:
        figures = set(type(self).model_fields) - {"sources"}
        for name in self.sources:
            if name not in figures:
                raise UnfitError("study.no_such_figure", name=name, known=sorted(figures))
        return self

    def start_min(self, start: Start, attributes: Mapping[str, Any]) -> float:
        """Minutes before a facility's unit sets out.

        Parameters
        ----------
        start
            Whether it is on call or mustered.
        attributes
            Of the facility; its own turn-out stands before the study's.

        Returns
        -------
        float
            0 where nothing passes.
        """
        if not start:
            return 0.0
        own = attributes.get(TURNOUT)
        if isinstance(own, int | float):
            return float(own)
        return self.muster_min if start == "muster" else self.turnout_min

    def told(self, *names: str) -> list[Sentence]:
        """Some figures as sentences: what each is, and where it is from.

        Parameters
        ----------
        *names
            Keys of this section.

        Returns
        -------
        list of Sentence
            One a figure that is known.
        """
        return [
            Sentence(f"study.figure_{name}", {"value": getattr(self, name), "source": self.source(name)})
            for name in names
            if getattr(self, name) is not None
        ]

    def source(self, name: str) -> Sentence:
        """Where a figure is from.

        Parameters
        ----------
        name
            A key of this section.

        Returns
        -------
        Sentence
            The source the study gives; that it gives none; or that the figure is assumed.
        """
        if name in self.sources:
            return Sentence("study.figure_from", {"source": self.sources[name]})
        return Sentence("study.figure_stated" if name in self.model_fields_set else "study.figure_assumed")


def units_of(attributes: Mapping[str, Any]) -> int | None:
    """How many ambulances a facility has; None where its table does not say.

    Parameters
    ----------
    attributes
        Of the facility.

    Returns
    -------
    int or None
        0: it does not serve. None is taken as one, and said.
    """
    own = attributes.get(AMBULANCES)
    return int(own) if isinstance(own, int | float) else None
