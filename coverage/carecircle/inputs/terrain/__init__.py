"""The ground off the roads: heights, land cover, frictions and barriers become the cells of a study.

What do I come here to change?
- which files are read, and how they are let in: tiles; where the cells lie and how large they are: frame
- how a raster is read onto them: rasters
- how fast a class of land cover is crossed: classes (the figures stand in profiles.toml)
- what nobody crosses: barriers; how it all becomes one ground, and what is told of it: ground
"""
