"""Addresses of map tiles: those of providers whose maps are shifted off the ground are refused."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from carecircle.errors import StudyError
from carecircle.strict import echo
from carecircle.texts import Sentence

_ADDRESS = re.compile(r"[^\s\"'<>`\\]+")
"""An address that cannot leave the attribute it is written into."""
_ORIGIN = re.compile(r"[\w.\-{}]+(:[0-9]{1,5})?|\[[0-9a-fA-F:.]+\](:[0-9]{1,5})?")
"""A host and port: nothing that ends a directive of a page's policy, or adds one."""

_SHIFTED = {
    "autonavi.com": ("高德地图", "Amap", "GCJ-02"),
    "amap.com": ("高德地图", "Amap", "GCJ-02"),
    "gaode.com": ("高德地图", "Amap", "GCJ-02"),
    "google.cn": ("谷歌地图（中国）", "Google Maps China", "GCJ-02"),
    "gtimg.com": ("腾讯地图", "Tencent Maps", "GCJ-02"),
    "qq.com": ("腾讯地图", "Tencent Maps", "GCJ-02"),
    "geoq.cn": ("智图", "GeoQ", "GCJ-02"),
    "bdimg.com": ("百度地图", "Baidu Maps", "BD-09"),
    "baidu.com": ("百度地图", "Baidu Maps", "BD-09"),
}
"""Hosts (and all below them) whose tiles lie 350 to 1,000 m off in China, by the provider and its datum."""


def tile_fault(address: str, file: Path | None = None, column: str = "outputs.basemap") -> StudyError | None:
    """Why tiles of an address must not lie under this map; None where nothing speaks against them.

    Parameters
    ----------
    address
        A template of tile addresses, or anything else (which is no fault).
    file, column
        Where the address stands, for the message.
    """
    if not address.lower().startswith(("http://", "https://", "//")):
        return None
    try:
        parts = urlsplit(address if ":" in address[:8] else f"https:{address}")
        host = parts.hostname or ""
    except ValueError:
        return StudyError("study.bad_address", file=file, column=column, value=echo(address))
    if not (_ADDRESS.fullmatch(address) and _ORIGIN.fullmatch(parts.netloc)):
        return StudyError("study.bad_address", file=file, column=column, value=echo(address))
    host = host.replace("{s}.", "")
    for name, (zh, en, datum) in _SHIFTED.items():
        if host == name or host.endswith(f".{name}"):
            provider = Sentence("study.either", {"zh": zh, "en": en})
            return StudyError(
                "study.shifted_tiles", file=file, column=column, value=address, provider=provider, datum=datum
            )
    return None
