"""Prepared networks on disk: written whole or not at all, and trusted only under their own key."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyproj

from carecircle.errors import InputError
from carecircle.reach.network import Network

FORMAT = "carecircle/network/1"
_PLAIN = ("mode", "access_speed_kph")
_ARRAYS = tuple(f.name for f in dataclasses.fields(Network) if f.name not in (*_PLAIN, "crs"))


def save(network: Network, path: Path, *, key: str = "") -> None:
    """Write a network to one file (NumPy arrays in a zip, uncompressed).

    The file appears under its name only when it is complete: a killed write leaves at most a
    ``….partial`` file, which the next save replaces.

    Parameters
    ----------
    key
        What the network was made from; `load_if` compares it.
    """
    about = {
        "format": FORMAT, "key": key, "mode": network.mode, "access_speed_kph": network.access_speed_kph,
        "crs": network.crs.to_json(),
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    arrays = {name: getattr(network, name) for name in _ARRAYS}
    with partial.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def load(path: Path) -> Network:
    """Read a network that `save` wrote.

    Raises
    ------
    InputError
        If the file is absent, damaged or of another format.
    """
    return _read(path)[0]


def load_if(path: Path, key: str) -> Network | None:
    """The network in a file if it was saved under this key; None where absent, damaged or of another key."""
    with contextlib.suppress(InputError):
        network, found = _read(path)
        return network if found == key else None
    return None


def prepared(folder: Path, hashes: Mapping[str, str], mode: str, build: Callable[[], Network]) -> Network:
    """The network of a mode, from the cache where the inputs are the same, else built and kept there.

    Parameters
    ----------
    folder
        Where prepared networks are kept.
    hashes
        Input file or setting -> hash: everything the network depends on.
    mode
        Which network.
    build
        Makes it from the inputs.
    """
    key = cache_key(hashes, mode)
    path = folder / f"{mode}-{key[:16]}.network"
    network = load_if(path, key)
    if network is None:
        network = build()
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, not the result
            save(network, path, key=key)
    return network


def cache_key(hashes: Mapping[str, str], mode: str) -> str:
    """One hash of everything a network depends on, the format included."""
    text = json.dumps([FORMAT, mode, sorted(hashes.items())])
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> tuple[Network, str]:
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about.get("format") != FORMAT:
                raise InputError("reach.not_a_network", file=path)
            arrays = {name: file[name] for name in _ARRAYS}
    except FileNotFoundError as error:
        raise InputError("errors.missing_file", file=path) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError("reach.not_a_network", file=path) from error
    plain = {name: about[name] for name in _PLAIN}
    return Network(**plain, crs=pyproj.CRS.from_json(about["crs"]), **arrays), str(about["key"])
