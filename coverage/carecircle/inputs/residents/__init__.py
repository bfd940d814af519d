"""Grids and tables of residents: looked over, summed, shared among areas, none lost.

What do I come here to change?
- a raster: grids (opening it), bands, cell_areas, shares and cells (how much of a cell a polygon holds)
- a table of points, villages or H3 cells: population; of polygons: spread
- scaling to official figures: calibrate
"""
