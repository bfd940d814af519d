"""Road files become the edges frame: noded, directed, timed for every mode.

What do I come here to change?
- what a format holds: streets, letters (Geofabrik's), tagsets; gates and bollards: barriers
- edges, lengths, times: edges; odd tags told: noticed; kept between runs: kept; water for maps: water
"""
