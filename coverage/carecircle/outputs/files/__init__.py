"""Files for other programs: workbook, GeoPackage, GeoParquet, raster, QGIS styles.

What do I come here to change?
- sheets: tables; a workbook's formats: book
- layers and rasters: gis; how a GeoPackage is written: layers; how QGIS draws it: styles
"""
