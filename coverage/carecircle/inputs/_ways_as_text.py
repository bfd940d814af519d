"""A program of its own that osmium runs in: what a damaged extract makes it abort is this process alone.

``python _ways_as_text.py EXTRACT KEY TEXT`` writes the ways that have the key into the text file, a way a
line; ``python _ways_as_text.py EXTRACT`` looks for the reason of an abort, a node that is nowhere. Exit 0
done, 1 with the complaint on the error stream; anything else was an abort.
"""

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
        osmium.apply(reader, places, ways, osmium.filter.KeyFilter(key), writer)


def look_over(path: str) -> None:
    """Ask every node for its place: osmium complains of one that is nowhere."""
    import osmium

    for node in osmium.FileProcessor(path, osmium.osm.NODE):
        _ = node.lat


if __name__ == "__main__":
    try:
        write_down(*sys.argv[1:4]) if len(sys.argv) > 2 else look_over(sys.argv[1])
    except MemoryError:
        sys.exit("MemoryError")
    except Exception as error:
        sys.exit(str(error).strip() or type(error).__name__)
