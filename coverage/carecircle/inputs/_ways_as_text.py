"""A program of its own that osmium runs in: what a damaged extract makes it abort is this process alone.

``python _ways_as_text.py EXTRACT KEY TEXT`` writes the ways that have the key into the text file, a way a
line, and after them the outer edges of areas that have it (a square drawn as a multipolygon), under the
area's own value; ``python _ways_as_text.py EXTRACT`` looks for the reason of an abort, a node that is
nowhere. Exit 0 done, 1 with the complaint on the error stream; anything else was an abort.
"""

import sys
from pathlib import Path


def write_down(path: str, key: str, text: str) -> None:
    """Write the ways of an extract that have a tag as OPL, each node with its place; then edges of areas."""
    import osmium

    _written(path, osmium.filter.KeyFilter(key), text)
    areas = osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter(key))
    edges = {
        member.ref: area.tags[key]
        for area in areas
        if area.tags.get("type") == "multipolygon"
        for member in area.members
        if member.type == "w" and member.role in ("outer", "")
    }
    if not edges:
        return
    beside = Path(text + ".edges.opl")
    _written(path, osmium.filter.IdFilter(edges), str(beside))
    with beside.open(encoding="utf-8") as lines, Path(text).open("a", encoding="utf-8", newline="\n") as out:
        for line in lines:
            head, _, rest = line.partition(" T")
            tags, nodes = rest[: rest.rindex(" ")], rest[rest.rindex(" ") :]
            if not any(tag.startswith(f"{key}=") for tag in tags.split(",")):
                out.write(f"{head} Tarea=yes,{key}={edges[int(head[1:])]}{nodes}")
    beside.unlink()


def _written(path: str, wanted: object, text: str) -> None:
    import osmium

    reader = osmium.io.Reader(path, osmium.osm.WAY | osmium.osm.NODE)
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    form = osmium.io.File(text, "opl,locations_on_ways=true,add_metadata=false")
    with osmium.SimpleWriter(form) as writer:
        ways = osmium.filter.EntityFilter(osmium.osm.WAY)
        osmium.apply(reader, places, ways, wanted, writer)


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
