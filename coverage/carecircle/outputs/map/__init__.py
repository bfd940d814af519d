"""The gap map: one offline page.

What do I come here to change?
- the page itself: gap_map, offline; what stands in its panel: panel; its scripts and style: page (make page)
- what is drawn: layers, overlays, ways, basemap; how data are packed: pack
"""
