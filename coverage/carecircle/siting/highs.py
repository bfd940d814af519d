"""A thin hand on HiGHS: columns and rows in, status, solution and proven bound out.

HiGHS: Huangfu and Hall (2018), Parallelizing the dual revised simplex method, Mathematical Programming
Computation 10, 119-142, https://doi.org/10.1007/s12532-017-0130-5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import highspy
import numpy as np

from carecircle.siting.matrix import Csr, Floats

Outcome = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True)
class Answer:
    """What one run of HiGHS found: ``x`` is None without a solution, ``bound`` is proven."""

    outcome: Outcome
    x: Floats | None
    objective: float
    bound: float


class Model:
    """A linear or mixed-integer model, always minimised, kept warm between runs."""

    def __init__(self, *, threads: int = 1) -> None:
        self._highs = highspy.Highs()
        self.option("output_flag", False)
        self.option("threads", threads)
        self.option("mip_rel_gap", 0.0)
        self.option("mip_abs_gap", 0.0)
        self.option("primal_feasibility_tolerance", 1e-9)
        self.option("dual_feasibility_tolerance", 1e-9)
        self.option("mip_feasibility_tolerance", 1e-9)
        self.integers: set[int] = set()

    def option(self, name: str, value: Any) -> None:
        """Set an option of HiGHS.

        Raises
        ------
        AssertionError
            If HiGHS does not know it: a fault of ours.
        """
        if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise AssertionError(f"HiGHS refused the option {name} = {value}")

    def columns(self, cost: Floats, lower: Floats, upper: Floats, *, whole: bool = False) -> int:
        """Add variables and return the first one's number."""
        first = self._highs.getNumCol()
        count, none = len(cost), np.zeros(0, dtype=np.int32)
        starts = np.zeros(count, dtype=np.int32)
        self._highs.addCols(count, cost, lower, upper, 0, starts, none, np.zeros(0))
        if whole:
            self.whole(np.arange(first, first + count), True)
        return int(first)

    def rows(self, matrix: Csr, lower: Floats, upper: Floats) -> None:
        """Add ``lower <= matrix @ x <= upper``."""
        if matrix.shape[0] == 0:
            return
        self._highs.addRows(
            matrix.shape[0],
            np.maximum(lower, -highspy.kHighsInf),
            np.minimum(upper, highspy.kHighsInf),
            matrix.nnz,
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
        )

    def whole(self, columns: Any, yes: bool) -> None:
        """Make variables whole numbers, or free them again."""
        kind = highspy.HighsVarType.kInteger if yes else highspy.HighsVarType.kContinuous
        chosen = np.asarray(columns, dtype=np.int32)
        self._highs.changeColsIntegrality(len(chosen), chosen, np.array([kind] * len(chosen)))
        changed = set(chosen.tolist())
        self.integers = self.integers | changed if yes else self.integers - changed

    def bounds(self, columns: Any, lower: Floats, upper: Floats) -> None:
        """Change bounds of variables."""
        chosen = np.asarray(columns, dtype=np.int32)
        self._highs.changeColsBounds(len(chosen), chosen, lower, upper)

    def prices(self, columns: Any, cost: Floats) -> None:
        """Change objective coefficients."""
        chosen = np.asarray(columns, dtype=np.int32)
        self._highs.changeColsCost(len(chosen), chosen, cost)

    def run(
        self,
        *,
        time_limit: float = math.inf,
        start: Floats | None = None,
        gap: float = 0.0,
        heard: Callable[[float, float], None] | None = None,
    ) -> Answer:
        """Solve and return what is known.

        Parameters
        ----------
        time_limit
            Seconds of this run.
        start
            A known solution, used for whole-number models.
        gap
            Relative gap at which the run may stop.
        heard
            Called with (objective or inf, bound) now and then while a whole-number model is solved.
        """
        highs = self._highs
        self.option("time_limit", self._until(time_limit))
        self.option("mip_rel_gap", float(gap))
        if start is not None and self.integers:
            numbers = np.arange(len(start), dtype=np.int32)
            highs.setSolution(len(start), numbers, start)
        with _listening(highs, heard if self.integers else None):
            if highs.run() == highspy.HighsStatus.kError:  # the process's one scheduler has other threads
                highspy.Highs.resetGlobalScheduler(True)
                highs.run()
        status = highs.getModelStatus()
        kinds = highspy.HighsModelStatus
        if status == kinds.kInfeasible or status == kinds.kUnboundedOrInfeasible:
            return Answer("infeasible", None, math.inf, math.inf)
        info = highs.getInfo()
        has = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        x = np.array(highs.getSolution().col_value) if has else None
        objective = float(info.objective_function_value) if has else math.inf
        if status == kinds.kOptimal:
            bound = float(info.mip_dual_bound) if self.integers else objective
            return Answer("optimal", x, objective, bound)
        bound = float(info.mip_dual_bound) if self.integers else -math.inf
        return Answer("feasible" if has else "unknown", x, objective, bound)

    def _until(self, seconds: float) -> float:
        """What HiGHS calls a time limit: its clock starts anew for whole numbers only, else it goes on."""
        if not math.isfinite(seconds):
            return float(highspy.kHighsInf)
        spent = 0.0 if self.integers else float(self._highs.getRunTime())
        return spent + max(0.01, seconds)

    def reduced_costs(self) -> Floats:
        """Reduced cost of each variable after a linear run."""
        return np.array(self._highs.getSolution().col_dual)


@contextmanager
def _listening(highs: Any, heard: Callable[[float, float], None] | None) -> Iterator[None]:
    """Hear of bounds and better solutions while a model is solved."""
    if heard is None:
        yield
        return

    trouble: list[BaseException] = []

    def hear(event: Any) -> None:
        try:
            heard(float(event.data_out.mip_primal_bound), float(event.data_out.mip_dual_bound))
        except BaseException as error:  # nothing may be thrown through the solver
            trouble.append(error)

    sources = (highs.cbMipLogging, highs.cbMipImprovingSolution)
    for source in sources:
        source.subscribe(hear)
    try:
        yield
    finally:
        for source in sources:
            source.unsubscribe(hear)
    if trouble:
        raise trouble[0]
