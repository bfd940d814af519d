"""Boundaries become the areas frame: levels, parents, marks, polygons that hold together.

What do I come here to change?
- a boundary file of the planner's: boundaries; which of its areas are the study's: within, codes
- by division code or out of an extract: known_areas
- who counts as urban: urban; the Degree of Urbanisation of a grid: degurba
"""
