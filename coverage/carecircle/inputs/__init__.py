"""What the planner brings, read at the door into the frames every other room stands on.

What do I come here to change?
- where a coordinate lies: datum, and tables/points (a row's), demand (a village's code without any)
- a facility half a kilometre off on another datum: facilities/shift
- a misread table (headers, encodings, numbers, totals rows): tables
- who lives where: residents (grids, tables, shares), demand (joined to areas and counted)
- boundaries, levels, urban or rural: areas; categories, roles and places of facilities: facilities
- roads, barriers, water: roads; an OpenStreetMap file itself, and its store: osm; a store is made: storing
- all of it put together: door, load, sites
"""
