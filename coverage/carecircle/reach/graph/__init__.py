"""The arrays of a network: streets paired, numbered and sorted.

What do I come here to change?
- how rows become streets: _streets; the arrays assembled: _build; what they are: _arrays
- the grid of streets that points are snapped by: _grid
"""
