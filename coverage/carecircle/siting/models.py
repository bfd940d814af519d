"""The siting models, one function each: costs in, proven sites out."""

from __future__ import annotations

from carecircle.siting.capacitated import capacitated_mclp, capacitated_p_median
from carecircle.siting.center import p_center, p_dispersion
from carecircle.siting.conditions import Conditions, Terms
from carecircle.siting.covering import lscp, lscp_backup
from carecircle.siting.double import double_standard
from carecircle.siting.effort import Effort
from carecircle.siting.mclp import mclp
from carecircle.siting.median import p_median
from carecircle.siting.mexclp import mexclp
from carecircle.siting.partial import partial_cover
from carecircle.siting.solution import Solution

__all__ = [
    "Conditions", "Effort", "Solution", "Terms", "capacitated_mclp", "capacitated_p_median",
    "double_standard", "lscp", "lscp_backup", "mclp", "mexclp", "p_center", "p_dispersion",
    "p_median", "partial_cover",
]  # fmt: skip
