"""How sure a verdict is: where it would turn, and how likely it is under what the study is unsure of.

Where an outcome turns by speed, limit, share, turn-out or residents: `turns`; minutes on the roads told
from those beside them: `splitting`; the sentences: `said`.
How likely an outcome is: `robustness`; a point of the unit cube as a draw: `sampling`; a draw judged:
`judging`; what drives a figure: `sensitivity`.
"""

from carecircle.certainty.robustness import Certainty, uncertainty
from carecircle.certainty.said import stands, sureness
from carecircle.certainty.turns import Breakpoint, breakpoints

__all__ = ["Breakpoint", "Certainty", "breakpoints", "stands", "sureness", "uncertainty"]
