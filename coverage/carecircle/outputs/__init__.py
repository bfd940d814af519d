"""What the planner takes away: the gap map, tables, layers for a GIS, and the folder that holds them.

What do I come here to change?
- a colour, class or rounding: palette; a word of a verdict, everywhere: telling (wording/outputs.toml)
- the gap map: map; the report: report; workbook, GeoPackage, styles: files; index and gallery: pages
- siting: siting, siting_map, sites; the doctor's map: findings_map; what is printed: terminal
- whose a file is, and all of them at once: ours, write
"""

from carecircle.outputs.map.gap_map import gap_map
from carecircle.outputs.write import write

__all__ = ["gap_map", "write"]
