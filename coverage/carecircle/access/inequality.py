r"""How evenly something is spread over people: Gini, Palma, Theil, concentration, poverty, Kolm–Pollak.

Every measure takes values :math:`a_i` (an access measure, minutes, metres) and weights :math:`w_i` (the
residents who have them); a row without residents has no say. A value of inf (unreached) is refused: say what
the unreached are to count before asking how evenly they do.
"""

from __future__ import annotations

from carecircle.access.ranked import concentration, palma, weighted_quantile
from carecircle.access.shortfall import (
    kappa_of_inequality_aversion,
    kappa_of_squared_weights,
    kolm_pollak,
    poverty,
)
from carecircle.access.spread import Theil, gini, lorenz, theil

__all__ = [
    "Theil", "concentration", "gini", "kappa_of_inequality_aversion", "kappa_of_squared_weights",
    "kolm_pollak", "lorenz", "palma", "poverty", "theil", "weighted_quantile",
]  # fmt: skip
