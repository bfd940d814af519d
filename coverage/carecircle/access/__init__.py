"""How well people can reach care, as one figure for each place, and how evenly that is spread over people.

What do I come here to change?
- what a pair of places counts by its distance: decay
- every measure by its name: measures
- what is reachable, and how far the n-th is: opportunities
- supply shared among those who reach it: catchments
- crowded places that people choose for themselves: rational (its steps: _equilibrium, _settling)
- how evenly (all listed in inequality): spread, ranked (poor and rich), shortfall (a line, an aversion);
  whose values count: _people
"""

from carecircle.access.catchments import (
    balanced_fca,
    enhanced_two_step_fca,
    modified_two_step_fca,
    spatial_availability,
    three_step_fca,
    two_step_fca,
)
from carecircle.access.decay import (
    Decay,
    binary,
    everywhere,
    exponential,
    gaussian,
    linear,
    power,
    stepped,
)
from carecircle.access.opportunities import (
    balancing_cost,
    cumulative,
    cumulative_interval,
    gravity,
    nearest_nth,
)
from carecircle.access.rational import Raam, raam

__all__ = [
    "Decay", "Raam", "balanced_fca", "balancing_cost", "binary", "cumulative", "cumulative_interval",
    "enhanced_two_step_fca", "everywhere", "exponential", "gaussian", "gravity", "linear",
    "modified_two_step_fca", "nearest_nth", "power", "raam", "spatial_availability", "stepped",
    "three_step_fca", "two_step_fca",
]  # fmt: skip
