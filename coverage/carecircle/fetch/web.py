"""Polite downloads: patient with busy servers, resumed when cut, cached, never half-written."""

from __future__ import annotations

import hashlib
import json
import math
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import httpx
import platformdirs
import tenacity

from carecircle.delivery import put
from carecircle.disk import let_go, wait_for
from carecircle.errors import InputError

T = TypeVar("T")

_BUSY = (429, 502, 503, 504)
_NOTHING_LEFT = 416
"""The server has no bytes beyond those that we have: what we have does not fit, and is fetched anew."""
_MOST_WAIT_S = 120.0


class NotThereError(InputError):
    """A server that answers, and has no such file."""


class _AgainError(Exception):
    """A try that failed and may do better later: what to say if it was the last, and the wait asked for."""

    def __init__(self, said: InputError, wait_s: float | None = None) -> None:
        super().__init__(str(said))
        self.said, self.wait_s = said, wait_s


@dataclass(frozen=True)
class Servers:
    """Where public data come from."""

    nominatim: str = "https://nominatim.openstreetmap.org"
    overpass: str = "https://overpass-api.de/api/interpreter"
    worldpop: str = "https://data.worldpop.org/GIS/Population/Global_2000_2020"
    elevation: str = "https://copernicus-dem-30m.s3.amazonaws.com"
    cover: str = "https://esa-worldcover.s3.eu-central-1.amazonaws.com"


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
        kept = self._kept(url, b"" if data is None else urllib.parse.urlencode(data).encode(), ".json")
        if kept.is_file():
            return json.loads(kept.read_bytes())
        raw, answer = self._patiently(lambda: self._answer(url, data))
        put(kept, raw)
        return answer

    def file(self, url: str, *, suffix: str) -> Path:
        """A file, from the cache where it was had before; a broken transfer goes on where it stopped.

        Raises
        ------
        NotThereError
            If the server has no such file.
        InputError
            If the server stays busy or unreachable, or refuses.
        """
        kept = self._kept(url, b"", suffix)
        if not kept.is_file():
            with _alone(kept.with_name(f"{kept.name}.lock")):
                if not kept.is_file():  # another run may have fetched it while we waited
                    part = kept.with_name(f"{kept.name}.part")
                    self._patiently(lambda: self._go_on(url, part))
                    part.replace(kept)
        return kept

    def _answer(self, url: str, data: Mapping[str, str] | None) -> tuple[bytes, Any]:
        """A JSON answer, as it came and as it reads."""
        with self._asked("GET" if data is None else "POST", url, data=data) as answer:
            raw = answer.read()
        try:
            found = json.loads(raw)
        except ValueError as error:
            why = raw[:120].decode("utf-8", "replace").strip() or "…"
            raise _AgainError(InputError("fetch.not_json", value=_host(url), why=why)) from error
        remark = str(found.get("remark", "")) if isinstance(found, dict) else ""
        if "error" in remark:  # Overpass reports its own time-outs inside a good answer
            raise _AgainError(InputError("fetch.not_json", value=_host(url), why=remark))
        return raw, found

    def _go_on(self, url: str, part: Path) -> None:
        """Fetch what is missing of a file."""
        had = part.stat().st_size if part.is_file() else 0
        asked = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={had}-"} if had else {})
        with self._asked("GET", url, headers=asked) as answer:
            if answer.status_code == _NOTHING_LEFT:
                part.unlink(missing_ok=True)
                raise self._busy(url, answer)
            had = had if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0
            length = answer.headers.get("Content-Length")
            total = None if length is None else int(length) + had
            with part.open("ab" if had else "wb") as out:
                for chunk in answer.iter_raw():
                    out.write(chunk)
                    if self.progress is not None:
                        self.progress(out.tell(), total)
        if total not in (None, part.stat().st_size):
            raise self._busy(url)

    @contextmanager
    def _asked(self, method: str, url: str, **options: Any) -> Iterator[httpx.Response]:
        """A server's answer, still coming; a busy or silent one is asked again by whoever is patient."""
        agent = f"carecircle/{version('carecircle')} (regional health planning; one user at a time)"
        ours = {"User-Agent": agent, "Accept-Language": "zh,en"}
        try:
            with (
                httpx.Client(headers=ours, timeout=self.timeout_s, follow_redirects=True) as client,
                client.stream(method, url, **options) as answer,
            ):
                if answer.status_code in _BUSY:
                    raise self._busy(url, answer)
                if not answer.is_success and answer.status_code != _NOTHING_LEFT:
                    gone = answer.status_code == httpx.codes.NOT_FOUND
                    raise (NotThereError if gone else InputError)(
                        "fetch.refused", value=url, why=f"HTTP {answer.status_code}"
                    )
                yield answer
        except httpx.InvalidURL as error:
            raise InputError("fetch.refused", value=url, why=str(error)) from error
        except httpx.RequestError as error:
            raise self._busy(url) from error

    def _busy(self, url: str, answer: httpx.Response | None = None) -> _AgainError:
        stated = "" if answer is None else answer.headers.get("Retry-After", "")
        said = InputError("fetch.gave_up", value=_host(url), tries=self.tries)
        return _AgainError(said, float(stated) if stated.isdigit() else None)

    def _patiently(self, once: Callable[[], T]) -> T:
        """What a try gives, after as many as it takes; what the last one says where none does better."""
        grown = tenacity.wait_exponential(self.patience_s, max=_MOST_WAIT_S)

        def wait(state: tenacity.RetryCallState) -> float:
            failed = state.outcome.exception() if state.outcome else None
            stated = failed.wait_s if isinstance(failed, _AgainError) else None
            return grown(state) if stated is None else min(stated, _MOST_WAIT_S)

        tries = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_AgainError), wait=wait, reraise=True,
            stop=tenacity.stop_after_attempt(self.tries),
        )  # fmt: skip
        try:
            return tries(once)
        except _AgainError as last:
            raise last.said from last.__cause__

    def _kept(self, url: str, body: bytes, suffix: str) -> Path:
        return self.folder / (hashlib.sha256(url.encode() + b"\0" + body).hexdigest()[:32] + suffix)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other run fetches the same; the system frees the lock of one that died."""
    held = wait_for(lock, math.inf)
    assert held is not None
    try:
        yield
    finally:
        let_go(lock, held)


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc
