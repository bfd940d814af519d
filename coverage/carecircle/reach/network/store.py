"""Networks as bytes and as files."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pyproj

from carecircle.delivery import put
from carecircle.errors import InputError
from carecircle.reach.network.model import Network

FORMAT = "carecircle/network/1"
_PLAIN = ("mode", "access_speed_kph")
_ARRAYS = tuple(f.name for f in dataclasses.fields(Network) if f.name not in (*_PLAIN, "crs"))


def save(network: Network, path: Path) -> None:
    """Write a network to one file (NumPy arrays in a zip, uncompressed), whole or not at all."""
    put(path, to_bytes(network))


def load(path: Path) -> Network:
    """Read a network that `save` wrote.

    Raises
    ------
    InputError
        If the file is absent, damaged or of another format.
    """
    try:
        return from_bytes(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError("errors.missing_file", file=path) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError("reach.not_a_network", file=path) from error


def to_bytes(network: Network) -> memoryview:
    """A network as `from_bytes` reads it."""
    about = {
        "format": FORMAT, "mode": network.mode, "access_speed_kph": network.access_speed_kph,
        "crs": network.crs.to_json(),
    }  # fmt: skip
    raw = io.BytesIO()
    np.savez(raw, about=np.array(json.dumps(about)), **{name: getattr(network, name) for name in _ARRAYS})
    return raw.getbuffer()


def from_bytes(content: bytes) -> Network:
    """A network that `to_bytes` wrote.

    Raises
    ------
    ValueError
        If it is damaged or of another format.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about.get("format") != FORMAT:
                raise ValueError(about.get("format"))
            arrays = {name: file[name] for name in _ARRAYS if name in file or name != "structure"}
    except (EOFError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    plain = {name: about[name] for name in _PLAIN}
    arrays.setdefault("structure", np.zeros(len(arrays["may_stop"]), np.int8))  # saved before there was one
    return Network(**plain, crs=pyproj.CRS.from_json(about["crs"]), **arrays)
