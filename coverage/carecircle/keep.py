"""What runs prepared, kept for the next: found again under all it is made from, verified when read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import sys
import time
from collections.abc import Callable
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from carecircle.delivery import clear_partials, put

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

T = TypeVar("T")

VARIABLE = "CARECIRCLE_CACHE"
"""The environment variable that names another place for our folder; empty: nothing is kept."""
FOLDER = "carecircle-prepared"
"""Our own folder within the place named: whatever else lies there is not ours."""
MARK = "CACHEDIR.TAG"
"""Says that a folder was made here; backup programs know the name and pass such folders by."""
MOST_BYTES = 2 << 30
"""Beyond this the files that were written longest ago go."""
_MARKED = """Signature: 8a477f597d28d172789f06886806bc55
# carecircle made this folder for what it keeps between runs. All of it may be deleted at any time.
"""
_HEAD = b"carecircle/kept/1\n"
_OURS = re.compile(r"[a-z]+-[0-9a-f]{64}\.kept")
_APART = ("cli", "demo", "outputs", "siting", "wording", "__pycache__")
"""Rooms whose code makes nothing that is kept."""
_LIBRARIES = (
    "carecircle", "geopandas", "networkx", "numba", "numpy", "osmium", "osmnx", "pandas", "pyarrow",
    "pyogrio", "pyproj", "rasterio", "scipy", "shapely",
)  # fmt: skip
_SETTINGS = ("CPL_", "GDAL_", "OGR_", "OSM_", "PROJ_", "SHAPE_", "SQLITE_")
"""Beginnings of the environment variables by which readers of files are told to read otherwise."""


_LARGE = 8 << 20
"""Files of fewer bytes are read again whenever their digest is asked for."""
_SETTLED_NS = 2_000_000_000
_digests: dict[Path, tuple[tuple[int, ...], str]] = {}


def kept(
    name: str,
    key: Callable[[], str],
    make: Callable[[], T],
    load: Callable[[bytes], T],
    save: Callable[[T], bytes | memoryview],
) -> tuple[T, str]:
    """A thing as an earlier run made it of the same, where that is kept and whole; else made, and kept.

    Parameters
    ----------
    name
        What it is, in lower-case letters.
    key
        Gives the `digest` of all that it is made from. Asked again after the making: what changed meanwhile
        is not kept.
    make, load, save
        Make it; read it from bytes; write it as bytes. None made is not kept.

    Returns
    -------
    thing, digest
        The thing, and the hash of it as kept: part of the key of whatever is made of it. Empty where nothing
        is kept.
    """
    folder, sought = _opened(), ""
    with contextlib.suppress(OSError):  # what cannot be read is said by whoever reads it
        sought = "" if folder is None else key()
    if folder is None or not sought:
        return make(), ""
    path = folder / f"{name}-{sought}.kept"
    found = _verified(path)
    if found is not None:
        content, digest = found
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return load(content), digest
    thing = make()
    if thing is None:
        return thing, ""
    written = save(thing)
    digest = _sealed(path.name, written)
    with contextlib.suppress(OSError):  # what cannot be kept costs time, not the result
        if key() == sought:
            put(path, _HEAD, digest.encode(), b"\n", written)
            prune(folder)
    return thing, digest


def folder() -> Path | None:
    """Where things are kept; None where nothing is to be kept."""
    named = os.environ.get(VARIABLE)
    if named is not None and not named:
        return None
    return Path(named or platformdirs.user_cache_dir("carecircle", appauthor=False)) / FOLDER


def digest(*parts: object) -> str:
    """A key of what a thing is made from: the parts given and the code that makes it."""
    text = "\x1f".join([*map(str, parts), _code(), *_settings()])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file; of a large one once a process, as long as the system says that it is the same."""
    about = path.stat()
    now = (about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    if path in _digests and _digests[path][0] == now:
        return _digests[path][1]
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    settled = time.time_ns() - max(about.st_mtime_ns, about.st_ctime_ns) > _SETTLED_NS
    if about.st_size >= _LARGE and settled:  # what was written just now may be written again in the same tick
        _digests[path] = now, found
    return found


def prune(kept: Path) -> None:
    """Delete what we wrote longest ago until the rest of it is small enough, and what dead runs left.

    Only files of our own names, in a folder that bears our mark: anything else that lies there stays.
    """
    if not _marked(kept):
        return
    with contextlib.suppress(OSError):
        clear_partials(kept)
        ours = (p for p in kept.iterdir() if _OURS.fullmatch(p.name) and p.is_file() and not p.is_symlink())
        files = sorted(ours, key=lambda p: p.stat().st_mtime)
        total = sum(p.stat().st_size for p in files)
        for path in files:
            if total <= MOST_BYTES:
                break
            total -= path.stat().st_size
            path.unlink()


def _opened() -> Path | None:
    """Our folder, made where it is missing; None where it cannot be made, or is not one that we made."""
    place = folder()
    if place is None:
        return None
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not any(place.iterdir()):
            put(place / MARK, _MARKED.encode())
    except OSError:
        return place if _marked(place) else None
    return place if _marked(place) else None


def _marked(place: Path) -> bool:
    with contextlib.suppress(OSError):
        return (place / MARK).read_bytes() == _MARKED.encode()
    return False


def _verified(path: Path) -> tuple[bytes, str] | None:
    """What is kept in a file, and its seal; None where there is none, and where a bit of it is not as it was.

    A bad file is thrown away.
    """
    try:
        with path.open("rb") as file:
            head, seal, content = file.read(len(_HEAD)), file.read(65), file.read()
    except OSError:
        return None
    sealed = _sealed(path.name, content)
    if head == _HEAD and seal == f"{sealed}\n".encode():
        return content, sealed
    with contextlib.suppress(OSError):
        path.unlink()
    return None


def _sealed(name: str, content: bytes | memoryview) -> str:
    """SHA-256 of what is kept and of the name it is kept under."""
    total = hashlib.sha256(f"{name}\n".encode())
    total.update(content)
    return total.hexdigest()


def _settings() -> list[str]:
    return sorted(f"{name}={held}" for name, held in os.environ.items() if name.startswith(_SETTINGS))


@cache
def _code() -> str:
    """One hash of the code that prepares inputs, its data, and all that it stands on."""
    import pyogrio
    import pyproj
    import shapely

    total = hashlib.sha256()
    for file in sorted(_files(resources.files("carecircle")), key=str):
        total.update(file.read_bytes())
    about = [*(f"{library} {version(library)}" for library in _LIBRARIES)]
    about += [f"GDAL {pyogrio.__gdal_version__}", f"PROJ {pyproj.proj_version_str}"]
    about += [f"GEOS {shapely.geos_version_string}", sys.version, platform.machine(), sys.byteorder]
    grids = Path(pyproj.datadir.get_data_dir()).glob("*")
    about += sorted(f"{grid.name} {grid.stat().st_size}" for grid in grids)
    total.update("\n".join(about).encode())
    return total.hexdigest()


def _files(place: Traversable) -> list[Traversable]:
    """Every file of a package and of those below it."""
    found: list[Traversable] = []
    for part in place.iterdir():
        if part.is_dir():
            found += [] if part.name in _APART else _files(part)
        elif not part.name.endswith(".pyc"):
            found.append(part)
    return found
