"""Polite downloads: patient with busy servers, resumed when cut, cached, never half-written."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from carecircle.errors import InputError

_BUSY = (429, 502, 503, 504)
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Servers:
    """Where public data come from."""

    nominatim: str = "https://nominatim.openstreetmap.org"
    overpass: str = "https://overpass-api.de/api/interpreter"
    worldpop: str = "https://data.worldpop.org/GIS/Population/Global_2000_2020"


@dataclass(frozen=True)
class Web:
    """How to ask servers.

    Parameters
    ----------
    cache
        Folder of answers already had; by default the user's cache folder.
    tries
        How often a busy or broken server is asked before giving up.
    patience_s
        Seconds before the second try, doubled each time; a server's ``Retry-After`` wins (120 s at most).
    timeout_s
        Seconds without a byte after which a try has failed.
    progress
        Called with bytes had and bytes in all (None: unknown) while a file comes.
    """

    cache: Path | None = None
    tries: int = 5
    patience_s: float = 5.0
    timeout_s: float = 60.0
    progress: Callable[[int, int | None], None] | None = None

    @property
    def folder(self) -> Path:
        """Where answers are kept."""
        return self.cache or Path(platformdirs.user_cache_dir("carecircle"))

    def json(self, url: str, *, data: Mapping[str, str] | None = None) -> Any:
        """A JSON answer, from the cache where it was had before; ``data`` is sent as a form.

        Raises
        ------
        InputError
            If the server stays busy or unreachable, refuses, or answers with something else than JSON.
        """
        body = None if data is None else urllib.parse.urlencode(data).encode()
        kept = self._kept(url, body, ".json")
        if kept.is_file():
            return json.loads(kept.read_text(encoding="utf-8"))
        why = ""
        for number in range(self.tries):
            raw = self._ask(url, body, number)
            try:
                answer = json.loads(raw)
            except (ValueError, UnicodeDecodeError):
                why = raw[:120].decode("utf-8", "replace").strip() or "…"
                self._wait(number, None)
                continue
            remark = answer.get("remark", "") if isinstance(answer, dict) else ""
            if "error" in str(remark):  # Overpass reports its own time-outs inside a good answer
                why = str(remark)
                self._wait(number, None)
                continue
            _write(kept, raw)
            return answer
        raise InputError("fetch.not_json", value=_host(url), why=why)

    def file(self, url: str, *, suffix: str) -> Path:
        """A file, from the cache where it was had before; a broken transfer goes on where it stopped.

        Raises
        ------
        InputError
            If the server stays busy or unreachable, or refuses.
        """
        kept = self._kept(url, None, suffix)
        if kept.is_file():
            return kept
        part = kept.with_suffix(kept.suffix + ".part")
        part.parent.mkdir(parents=True, exist_ok=True)
        for number in range(self.tries):
            try:
                if self._go_on(url, part):
                    part.replace(kept)
                    return kept
                wait = None
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == 416:  # nothing left to send: what we have does not fit, start again
                    part.unlink(missing_ok=True)
                elif error.code not in _BUSY:
                    raise InputError("fetch.refused", value=url, why=f"HTTP {error.code}") from error
                wait = error.headers.get("Retry-After")
            except (OSError, http.client.HTTPException):
                wait = None
            self._wait(number, wait)
        raise InputError("fetch.gave_up", value=_host(url), tries=self.tries)

    def _go_on(self, url: str, part: Path) -> bool:
        """Ask for what is missing of a file; whether it is whole now."""
        had = part.stat().st_size if part.is_file() else 0
        request = self._request(url, None)
        if had:
            request.add_header("Range", f"bytes={had}-")
        with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:
            resumed = answer.status == 206
            length = answer.headers.get("Content-Length")
            total = None if length is None else int(length) + (had if resumed else 0)
            with part.open("ab" if resumed else "wb") as out:
                size = had if resumed else 0
                while chunk := answer.read(_CHUNK):
                    out.write(chunk)
                    size += len(chunk)
                    if self.progress is not None:
                        self.progress(size, total)
        return total is None or size == total

    def _ask(self, url: str, body: bytes | None, number: int) -> bytes:
        """An answer's bytes; a busy or silent server is waited for within the tries that are left."""
        for again in range(number, self.tries):
            try:
                with urllib.request.urlopen(self._request(url, body), timeout=self.timeout_s) as answer:
                    raw: bytes = answer.read()
                    return raw
            except urllib.error.HTTPError as error:
                error.close()
                if error.code not in _BUSY:
                    raise InputError("fetch.refused", value=url, why=f"HTTP {error.code}") from error
                self._wait(again, error.headers.get("Retry-After"))
            except (OSError, http.client.HTTPException):
                self._wait(again, None)
        raise InputError("fetch.gave_up", value=_host(url), tries=self.tries)

    def _request(self, url: str, body: bytes | None) -> urllib.request.Request:
        agent = f"carecircle/{version('carecircle')} (regional health planning; one user at a time)"
        return urllib.request.Request(
            url, data=body, headers={"User-Agent": agent, "Accept-Language": "zh,en"}
        )

    def _wait(self, number: int, retry_after: str | None) -> None:
        if number + 1 >= self.tries:
            return
        stated = float(retry_after) if retry_after and retry_after.isdigit() else None
        time.sleep(min(self.patience_s * 2**number if stated is None else stated, 120.0))

    def _kept(self, url: str, body: bytes | None, suffix: str) -> Path:
        return self.folder / (hashlib.sha256(url.encode() + b"\0" + (body or b"")).hexdigest()[:32] + suffix)


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(raw)
    part.replace(path)
