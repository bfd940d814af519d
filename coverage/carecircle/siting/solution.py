"""What a siting model returns: sites, their worth, and how much better anything could be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from carecircle.errors import UsageError
from carecircle.siting.conditions import Conditions
from carecircle.siting.matrix import Csr, Ints

Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, eq=False)
class Solution:
    """One model's answer.

    Parameters
    ----------
    model
        Name of the model (``mclp``, ``p_median``, ...).
    status
        ``optimal``: proven, nothing is better. ``feasible``: the best found in time; `gap` says how far
        from the bound. ``infeasible``: proven impossible; `lacking` lists who cannot be served.
    objective
        Recomputed from `sites` (from `allocation` for the capacitated models); NaN if infeasible.
    bound
        No choice of sites is better than this; NaN if infeasible.
    sites
        Open candidate columns, ascending; existing ones kept open are among them.
    new
        Those of `sites` that were not open before.
    allocation
        int64[demand]: the column that serves each row, -1 for none. Where demand may be split, the column
        that serves most of it.
    lacking
        Demand rows that no candidate may serve.
    flow
        Capacitated models: residents, CSR float64[demand, candidates].
    seconds
        Time taken.
    """

    model: str
    status: Status
    objective: float
    bound: float
    sites: tuple[int, ...]
    new: tuple[int, ...]
    allocation: Ints
    lacking: tuple[int, ...] = ()
    flow: Csr | None = None
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """``|bound - objective| / max(|bound|, |objective|)``: 0 when proven, NaN if infeasible."""
        largest = max(abs(self.bound), abs(self.objective))
        if not largest > 0:
            return 0.0 if largest == 0 else math.nan
        return abs(self.bound - self.objective) / largest

    def to_dict(self) -> dict[str, Any]:
        """The figures of siting.json; NaN becomes null.

        Returns
        -------
        dict
            Plain data.
        """
        number = {k: getattr(self, k) for k in ("objective", "bound", "gap")}
        return {
            "model": self.model,
            "status": self.status,
            **{k: None if math.isnan(v) else v for k, v in number.items()},
            "sites": list(self.sites),
            "new": list(self.new),
            "allocation": self.allocation.tolist(),
            "lacking": list(self.lacking),
        }


@dataclass(frozen=True)
class Worth:
    """An objective, the bound that no choice beats, and whether the two meet."""

    objective: float
    bound: float
    proven: bool


def answered(
    model: str,
    worth: Worth,
    given: Conditions,
    *,
    sites: Iterable[int],
    allocation: Ints,
    seconds: float,
    lacking: tuple[int, ...] = (),
    flow: Csr | None = None,
) -> Solution:
    """The answer of a model that has one: its sites ascending, the new ones told apart."""
    status: Status = "optimal" if worth.proven else "feasible"
    chosen = tuple(sorted(sites))
    return Solution(
        model, status, worth.objective, worth.bound, chosen, given.new(chosen), allocation, lacking, flow,
        seconds,
    )  # fmt: skip


def impossible(model: str, rows: int, *, lacking: Any = (), seconds: float = 0.0) -> Solution:
    """The answer of a model that has none."""
    nobody = np.full(rows, -1, dtype=np.int64)
    who = tuple(int(i) for i in lacking)
    return Solution(model, "infeasible", math.nan, math.nan, (), (), nobody, who, None, seconds)


def out_of_time(time_limit: float) -> UsageError:
    """Neither a solution nor a proof that there is none was found in time: not the same as infeasible."""
    return UsageError("siting.out_of_time", seconds=time_limit)


def closed(objective: float, bound: float, *, larger_is_better: bool, whole: bool) -> Worth:
    """The bound, tidied, and whether it proves the objective.

    Parameters
    ----------
    whole
        Every objective is a whole number (a count, or whole residents), so the bound may be rounded.

    Notes
    -----
    HiGHS proves to about 1e-9 of the objective; a bound that near *is* the objective.
    """
    slack = 1e-9 * max(1.0, abs(objective))
    if whole and math.isfinite(bound):
        near = 1e-6 + slack
        bound = math.floor(bound + near) if larger_is_better else math.ceil(bound - near)
    ahead = bound - objective if larger_is_better else objective - bound
    proven = ahead <= slack
    return Worth(objective, objective if proven else float(bound), proven)
