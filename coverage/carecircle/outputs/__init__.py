"""What the planner takes away: the gap map, tables, layers for a GIS, and the folder that holds them."""

from carecircle.outputs.map.gap_map import gap_map
from carecircle.outputs.write import write

__all__ = ["gap_map", "write"]
