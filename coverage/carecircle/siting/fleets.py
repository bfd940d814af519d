"""Ambulances on stations: how many stand there, how many may, and the rows every model of them has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from carecircle.errors import UsageError, raise_all
from carecircle.siting.highs import Answer, Model
from carecircle.siting.matrix import Csr, Floats, Ints


@dataclass(frozen=True)
class Fleet:
    """Which ambulances are to be placed.

    Parameters
    ----------
    ambulances
        How many more are placed; any number may stand at one station.
    standing
        How many stand at each candidate already, and stay; none if not given.
    most
        The most that a station, or each of them, may have, those standing there among them; None: no bound.
    """

    ambulances: int
    standing: Sequence[int] | None = None
    most: int | Sequence[int] | None = None

    def check(self, candidates: int) -> None:
        """Hold that the numbers can be meant.

        Parameters
        ----------
        candidates
            How many stations there are.

        Raises
        ------
        UsageError
            Naming each fault.
        """
        faults = []
        if (
            isinstance(self.ambulances, bool)
            or self.ambulances != int(self.ambulances)
            or self.ambulances < 0
        ):
            faults.append(UsageError("siting.bad_ambulances", value=str(self.ambulances), least=0))
        if self.most is not None:
            most = np.asarray(self.most, np.float64)
            if most.shape not in ((), (candidates,)) or (most < (0 if most.ndim else 1)).any():
                faults.append(UsageError("siting.bad_most", value=str(self.most)))
        there = self.here(candidates) if self.standing is not None else np.zeros(0)
        if there.shape not in ((0,), (candidates,)) or (there < 0).any() or (there != np.floor(there)).any():
            faults.append(UsageError("siting.bad_standing", candidates=candidates))
        raise_all(faults)

    def here(self, candidates: int) -> Floats:
        """How many stand at each candidate already, as float64[candidates]."""
        return np.zeros(candidates) if self.standing is None else np.asarray(self.standing, np.float64)

    def room(self, candidates: int) -> Floats:
        """How many each candidate may have, as float64[candidates]."""
        here = self.here(candidates)
        room = here + self.ambulances
        if self.most is not None:
            room = np.maximum(np.minimum(room, np.asarray(self.most, np.float64)), here)
        return room

    def columns(self, model: Model, candidates: int, *, idle: Ints | None = None) -> None:
        """Add the number of ambulances at each station, whole, and their sum.

        Parameters
        ----------
        model
            Without columns so far.
        candidates
            How many stations there are.
        idle
            Stations that get none of those placed.
        """
        here, room = self.here(candidates), self.room(candidates)
        if idle is not None:
            room[idle] = here[idle]
        model.columns(np.zeros(candidates), here, room, whole=True)
        total = float(here.sum() + self.ambulances)
        every = sp.csr_array(np.ones((1, candidates)))
        model.rows(every, np.full(1, float(here.sum())), np.full(1, total))

    def placed(self, answer: Answer, candidates: int) -> tuple[Floats, tuple[int, ...], tuple[int, ...]]:
        """Ambulances at each station; the stations of all, and of those placed, one entry an ambulance.

        Parameters
        ----------
        answer
            With a solution.
        candidates
            How many stations there are.

        Returns
        -------
        tuple
            float64[candidates], and twice columns ascending.
        """
        assert answer.x is not None
        return self.counted(np.round(answer.x[:candidates]))

    def counted(self, held: Floats) -> tuple[Floats, tuple[int, ...], tuple[int, ...]]:
        """What `placed` tells, of ambulances at each station.

        Parameters
        ----------
        held
            Whole numbers, those standing among them.

        Returns
        -------
        tuple
            As of `placed`.
        """
        new = (held - self.here(len(held))).astype(np.int64)
        return held, _each(held.astype(np.int64)), _each(new)


def _each(count: npt.NDArray[np.int64]) -> tuple[int, ...]:
    """Every column as often as its count."""
    return tuple(int(j) for j in np.repeat(np.arange(len(count)), count))


def beside(rows: Csr, *more: Csr) -> Csr:
    """Blocks of columns side by side, as CSR."""
    return sp.csr_array(sp.hstack([rows, *more], format="csr"))
