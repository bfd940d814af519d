"""From a place to the nearest point on a street.

What do I come here to change?
- places, partial costs, access legs: snap; the nearest line among many: _nearest_line
"""
