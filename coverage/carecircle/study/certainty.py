"""``[uncertainty]``: what a study is unsure of, each as a distribution with its source."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from carecircle.profiles import nearest_mode, profiles
from carecircle.strict import UnfitError
from carecircle.study.sections import Section

ENDS = ("uniform", "triangular")
"""Distributions that are given by their ends; the others by a middle and a spread."""


class Unsure(Section):
    """One figure that is not known for certain."""

    what: Literal["speed", "residents", "facilities"]
    """What: a factor of speed on the roads, a factor of residents, or how far a facility may stand from the
    place that the table gives, metres east and north."""
    mode: str = ""
    """Of a speed: the mode of travel; empty: every mode that travels by road."""
    road: str = "*"
    """Of a speed: the class of road; ``*``: all."""
    by: Literal["region", "county", "town", "village"] = "village"
    """Of residents: each area of this level has a factor of its own."""
    distribution: Literal["uniform", "triangular", "normal", "lognormal"]
    """Between ``low`` and ``high`` (triangular: most likely at ``middle``); or about ``middle`` with the
    spread ``sd``, of the logarithm where lognormal."""
    low: float | None = Field(default=None, ge=-10_000, le=10_000)
    """The least it may be."""
    high: float | None = Field(default=None, ge=-10_000, le=10_000)
    """The most it may be."""
    middle: float | None = Field(default=None, ge=-10_000, le=10_000)
    """Mean, median of a lognormal, or the most likely; absent: 1 of a factor, 0 of a place."""
    sd: float | None = Field(default=None, gt=0, le=10_000)
    """Standard deviation."""
    source: str = ""
    """Where it is from; absent: assumed, and said."""

    @model_validator(mode="after")
    def _whole(self) -> Unsure:
        if self.distribution in ENDS:
            least = self._between()
        elif self.sd is None:
            raise UnfitError("study.unsure_needs", distribution=self.distribution, needs="sd")
        else:
            least = self.centre
        if self.what != "facilities" and not least > 0:
            raise UnfitError("study.unsure_factor", factor=least)
        if self.what == "facilities" and self.distribution == "lognormal":
            raise UnfitError("study.unsure_place")
        if self.mode and self.mode not in profiles():
            raise UnfitError("study.unsure_mode", mode=self.mode, near=nearest_mode(self.mode))
        return self

    def _between(self) -> float:
        """The lower of two ends that are there and in order."""
        if self.low is None or self.high is None:
            raise UnfitError("study.unsure_needs", distribution=self.distribution, needs="low, high")
        apart = self.low < self.high
        if not apart or (self.distribution == "triangular" and not self.low <= self.centre <= self.high):
            raise UnfitError("study.unsure_ends", low=self.low, high=self.high)
        return self.low

    @property
    def centre(self) -> float:
        """``middle``, or what stands for it."""
        return self.middle if self.middle is not None else 0.0 if self.what == "facilities" else 1.0


class Uncertainty(Section):
    """What a study is unsure of, and how often it is drawn."""

    draws: int = Field(default=256, ge=2, le=65_536)
    """How many draws; a power of two is best."""
    seed: int = Field(default=1, ge=0, le=2**32 - 1)
    """The same seed gives the same draws."""
    of: tuple[Unsure, ...] = Field(min_length=1)
    """Each figure that is unsure: ``[[uncertainty.of]]``."""
