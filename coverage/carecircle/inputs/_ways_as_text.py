"""A program of its own that osmium runs in: what a damaged extract makes it abort is this process alone.

Called as ``python _ways_as_text.py EXTRACT KEY TEXT``; it writes the ways that have the key into the text
file, a way a line. Exit 0 done, 1 with the complaint on the error stream; anything else was an abort.
"""

import os
import sys


def write_down(path: str, key: str, text: str) -> None:
    """Write the ways of an extract that have a tag as OPL, each node with its place."""
    import osmium

    reader = osmium.io.Reader(path, osmium.osm.WAY | osmium.osm.NODE)
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    form = osmium.io.File(text, "opl,locations_on_ways=true,add_metadata=false")
    with osmium.SimpleWriter(form) as writer:
        ways = osmium.filter.EntityFilter(osmium.osm.WAY)
        try:
            osmium.apply(reader, places, ways, osmium.filter.KeyFilter(key), writer)
        except Exception as error:  # said at once: the writer may abort as it is closed
            print(str(error).strip() or type(error).__name__, file=sys.stderr, flush=True)
            os._exit(1)


if __name__ == "__main__":
    try:
        write_down(*sys.argv[1:4])
    except MemoryError:
        sys.exit("MemoryError")
    except Exception as error:
        sys.exit(str(error).strip() or type(error).__name__)
