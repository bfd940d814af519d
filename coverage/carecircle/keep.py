"""Where prepared inputs are kept between runs, and what must be the same for them to serve again."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path

import platformdirs

VARIABLE = "CARECIRCLE_CACHE"
"""The environment variable that names another place for our folder; empty: nothing is kept."""
FOLDER = "carecircle-prepared"
"""Our own folder within the place named: whatever else lies there is not ours."""
MARK = "CACHEDIR.TAG"
"""Says that a folder was made here; backup programs know the name and pass such folders by."""
_MARKED = """Signature: 8a477f597d28d172789f06886806bc55
# carecircle made this folder for what it keeps between runs. All of it may be deleted at any time.
"""
_OURS = re.compile(r"(roads|water|walk|drive|ambulance)-[0-9a-f]{16,64}\.(parquet|json|network)")
MOST_BYTES = 2 << 30
"""Beyond this the files that were written longest ago go."""
_MAKERS = ("inputs", "reach")
"""The rooms whose code makes what is kept."""
_LIBRARIES = ("carecircle", "osmium", "pyproj", "shapely")


def folder() -> Path | None:
    """Where to keep things; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named is not None and not named:
        return None
    place = named or platformdirs.user_cache_dir("carecircle", appauthor=False)
    return Path(place) / FOLDER


def opened(kept: Path) -> bool:
    """Make our folder where it is missing; whether it is one that we made.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        kept.mkdir(parents=True)
    if not any(kept.iterdir()):
        (kept / MARK).write_text(_MARKED, encoding="ascii")
    return marked(kept)


def marked(kept: Path) -> bool:
    """Whether a folder bears the mark of one that we made."""
    with contextlib.suppress(OSError):
        return (kept / MARK).read_bytes() == _MARKED.encode()
    return False


def digest(*parts: object) -> str:
    """A key of what a thing is made from: the parts given and the code that makes it."""
    text = "\x1f".join([*map(str, parts), _code()])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prune(kept: Path) -> None:
    """Delete what we wrote longest ago until the rest of it is small enough.

    Only files of our own names, in a folder that bears our mark: anything else that lies there stays.
    """
    if not marked(kept):
        return
    with contextlib.suppress(OSError):
        ours = (p for p in kept.iterdir() if _OURS.fullmatch(p.name) and p.is_file() and not p.is_symlink())
        files = sorted(ours, key=lambda p: p.stat().st_mtime)
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
