"""Any file a planner keeps rows in, read as text under known headers.

What do I come here to change?
- text and spreadsheets: sheets; GIS layers, encodings: layers; all of them: reading; totals and notes: rows
- which rows are the header: headers; one cell's number or mark: values
- what a header means: headers.toml and reading (columns of facilities: categories.toml)
- coordinates of a table's rows: points; as people write them: places; polygons: polygons
"""
