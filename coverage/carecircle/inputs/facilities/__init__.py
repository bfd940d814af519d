"""Lists of facilities become the facilities frame: categories, roles, attributes, places.

What do I come here to change?
- a table or layer: reading; the tags of an OpenStreetMap extract: osm
- whether a source stands half a kilometre off on another datum: shift
"""
