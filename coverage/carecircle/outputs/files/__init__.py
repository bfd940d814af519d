"""Files for other programs: workbook, GeoPackage, GeoParquet, raster, QGIS styles.

What do I come here to change?
- sheets: tables; layers and rasters: gis; how QGIS draws them: styles
"""
