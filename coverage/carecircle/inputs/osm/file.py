"""An OpenStreetMap file made sound before anything reads it: drafts put in order, histories refused.

Every reader of an extract opens it through `sound`. A draft saved by JOSM (negative ids, ``action=delete``)
is written again with plain ids, its objects in the order that osmium expects and what was deleted left out.
"""

from __future__ import annotations

import atexit
import bz2
import gzip
import re
import shutil
import tempfile
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO, Any

from carecircle.errors import InputError

XML = (".osm", ".xml", ".osm.gz", ".osm.bz2", ".xml.gz", ".xml.bz2")
"""Endings of files in OpenStreetMap's XML."""
_DRAFT = re.compile(rb"""\b(?:id|ref)=["']-|\baction=["']|\bvisible=["']false""")
_NEW_FROM = 1 << 40
"""New objects of a draft are numbered from here: beyond every id that OpenStreetMap has given."""
_KINDS = ("node", "way", "relation")
_CHUNK = 1 << 20


def is_osm(path: Path) -> bool:
    """Whether a file is OpenStreetMap's by its name; a bare ``.xml`` may be anything."""
    name = path.name.lower()
    return name.endswith((".pbf", *(e for e in XML if ".osm" in e)))


def sound(path: Path) -> Path:
    """The file to read for an OpenStreetMap file: itself, or a copy of a draft put in order.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm``, ``.osm.bz2`` or ``.osm.gz``.

    Returns
    -------
    Path
        Gone when the process ends, where it is a copy.

    Raises
    ------
    InputError
        If it is a history file, or a draft that is no XML.
    """
    if not path.is_file():
        return path
    about = path.stat()
    return _sound(path, about.st_mtime_ns, about.st_size)


@cache
def _sound(path: Path, modified: int, size: int) -> Path:
    if ".osh" in path.name.lower() or _has_versions(path):
        raise InputError("inputs.history_file", file=path)
    if path.name.lower().endswith(XML) and _is_draft(path):
        try:
            return _in_order(path)
        except InputError:
            raise
        except (ET.ParseError, ValueError, EOFError, OSError, zlib.error) as error:
            raise InputError("inputs.not_pbf", file=path, why=str(error)[:200]) from error
    return path


def first_also_there(path: Path, wanted: Iterable[int]) -> int | None:
    """The first of some nodes that a file does hold, though no way found it: the file is not in order."""
    import osmium

    nodes = osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(wanted))
    return next((int(n.id) for n in nodes if n.location.valid()), None)


def _has_versions(path: Path) -> bool:
    """Whether the header says that the file holds several versions of an object."""
    import osmium

    try:
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            return bool(reader.header().has_multiple_object_versions)
    except (RuntimeError, OSError, ValueError):
        return False  # what cannot be opened is told by whoever reads it


def _opened(path: Path) -> IO[bytes]:
    ending = path.suffix.lower()
    if ending == ".bz2":
        return bz2.open(path, "rb")
    return gzip.open(path, "rb") if ending == ".gz" else path.open("rb")  # type: ignore[return-value]


def _is_draft(path: Path) -> bool:
    try:
        with _opened(path) as file:
            tail = b""
            while block := file.read(_CHUNK):
                if _DRAFT.search(tail + block):
                    return True
                tail = block[-64:]
    except (OSError, EOFError, zlib.error):
        return False  # what is damaged is told by whoever reads it
    return False


def _in_order(path: Path) -> Path:
    """A copy with nodes before ways before relations, positive ids, and nothing that was deleted.

    Raises
    ------
    InputError
        If an object stands in it twice: that is a history.
    """
    room = Path(tempfile.mkdtemp(prefix="carecircle-osm-"))
    atexit.register(shutil.rmtree, room, ignore_errors=True)
    met: set[tuple[str, str | None]] = set()
    with ExitStack() as files:
        parts = {kind: files.enter_context((room / kind).open("w", encoding="utf-8")) for kind in _KINDS}
        for _, element in ET.iterparse(files.enter_context(_opened(path))):
            if element.tag in parts:
                this = (element.tag, element.get("id"))
                if this in met:
                    raise InputError("inputs.history_file", file=path)
                met.add(this)
                if element.get("action") != "delete" and element.get("visible") != "false":
                    parts[element.tag].write(_plain(element))
                element.clear()
    whole = room / "whole.osm"
    with whole.open("wb") as out:
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n')
        for kind in _KINDS:
            with (room / kind).open("rb") as part_again:
                shutil.copyfileobj(part_again, out)
        out.write(b"</osm>\n")
    return whole


def _plain(element: Any) -> str:
    element.attrib.pop("action", None)
    element.set("id", _id(element.get("id", "0")))
    for part in element:
        if part.get("ref") is not None:
            part.set("ref", _id(part.get("ref", "0")))
    element.tail = "\n"
    return ET.tostring(element, encoding="unicode")


def _id(text: str) -> str:
    number = int(text)
    return str(_NEW_FROM - number if number < 0 else number)
