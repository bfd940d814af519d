"""Who reaches what: exact searches on road networks and straight lines.

What do I come here to change?
- a question and its answer frame: travel, isochrones, surface, path; how one travels: asked, choice
- straight lines: straight; roads: roads, network (and graph, its arrays), snapping (from a place to a street)
- a wrong minute: network/model (costs, one-way), snapping/snap (access legs), inputs/roads (times of edges)
- how a search runs: kernels, search; polygons drawn from it: drawing; graphs of osmnx: interchange
"""
