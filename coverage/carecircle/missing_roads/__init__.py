"""Where people live off every mapped road: in groups, each with the lane that is likely missing from the map.

`groups` gathers the people, `links` draws the likely lanes, `proposing` puts both together for a network,
`finding` asks an analysis and says which verdicts hang on them. Writing them down is `outputs`' work.
"""

from carecircle.missing_roads.finding import MissingRoads, missing_roads

__all__ = ["MissingRoads", "missing_roads"]
