"""How sure a verdict is: where it would turn, and how likely it is under what the study is unsure of.

Where an outcome turns by speed, limit, share, turn-out or residents: `breakpoints`; thresholds added up:
`turning`; minutes on the roads told from those beside them: `splitting`.
"""

from carecircle.certainty.breakpoints import Breakpoint, breakpoints

__all__ = ["Breakpoint", "breakpoints"]
