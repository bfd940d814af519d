"""From a place to the nearest point on a street.

What do I come here to change?
- places, partial costs, access legs: snap; who has legs of one length: _legs; the nearest line: _nearest_line
"""
