"""Where people live off every mapped road: in groups, each with the lane that is likely missing from the map.

What do I come here to change?
- who belongs to a group: groups; the tree through its homes: links
- what is proposed for a network, and to how few people no branch goes: proposing
- what is asked of an analysis, and which verdicts hang on it: finding (writing it down is `outputs`' work)
"""

from carecircle.missing_roads.finding import MissingRoads, missing_roads

__all__ = ["MissingRoads", "missing_roads"]
