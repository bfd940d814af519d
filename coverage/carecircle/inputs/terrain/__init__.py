"""The ground off the roads: heights, land cover, frictions and barriers become the cells of a study.

`tiles` opens rasters, `frame` says where the cells lie, `rasters` reads rasters onto them, `classes` says how
fast each class is crossed, `barriers` closes what nobody crosses, `ground` puts it all together.
"""
