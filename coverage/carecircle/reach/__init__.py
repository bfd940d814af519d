"""Who reaches what: exact searches on road networks and straight lines.

What do I come here to change?
- a question and its answer frame: travel, isochrones, surface, path; how one travels: asked, choice
- what an answer holds: answers (ways, surfaces), asked (frames)
- straight lines: straight; a matrix from elsewhere: matrix
- roads: roads, network (and graph, its arrays), snapping (from a place to a street)
- a wrong minute: passage and tags (speeds, one-way), inputs/roads/edges (times), snapping/snap (access legs,
  parts of a street), _trip (both ends on one street), graph/_arrays (costs)
- how a search runs: kernels, search; polygons drawn from it: drawing; graphs of osmnx: interchange
"""
