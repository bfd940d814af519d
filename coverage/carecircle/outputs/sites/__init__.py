"""What a siting study leaves: workbook, GeoPackage, and the page's own files.

What do I come here to change?
- sheets: tables; layers: gis; the map's style and scripts (page/src): page, drawn by outputs/siting_map
"""
