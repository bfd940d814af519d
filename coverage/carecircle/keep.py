"""Where prepared inputs are kept between runs, and what must be the same for them to serve again."""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import platformdirs

VARIABLE = "CARECIRCLE_CACHE"
"""The environment variable that names another folder; empty: nothing is kept."""
MOST_BYTES = 2 << 30
"""Beyond this the files that were written longest ago go."""
_MAKERS = ("inputs", "reach")
"""The rooms whose code makes what is kept."""
_LIBRARIES = ("carecircle", "osmium", "pyproj", "shapely")


def folder() -> Path | None:
    """Where to keep things; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return Path(named) if named else None
    return Path(platformdirs.user_cache_dir("carecircle", appauthor=False)) / "prepared"


def digest(*parts: object) -> str:
    """A key of what a thing is made from: the parts given and the code that makes it."""
    text = "\x1f".join([*map(str, parts), _code()])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prune(kept: Path) -> None:
    """Delete what was written longest ago until the rest is small enough."""
    with contextlib.suppress(OSError):
        files = sorted((p for p in kept.iterdir() if p.is_file()), key=lambda p: p.stat().st_mtime)
        total = sum(p.stat().st_size for p in files)
        for path in files:
            if total <= MOST_BYTES:
                break
            total -= path.stat().st_size
            path.unlink()


@cache
def _code() -> str:
    """One hash of the source that prepares inputs, its data files, and the libraries it stands on."""
    total = hashlib.sha256()
    root = resources.files("carecircle")
    rooms = [root, *(root / room for room in _MAKERS)]
    files = [f for room in rooms for f in room.iterdir() if f.name.endswith((".py", ".toml"))]
    for file in sorted(files, key=str):
        total.update(file.read_bytes())
    for library in _LIBRARIES:
        total.update(version(library).encode())
    return total.hexdigest()
