"""The distinct sets of tags of an extract's ways, and what the modes asked for make of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from carecircle.inputs.osm.ways import Tags, decoded
from carecircle.profiles import NODE_TAGS, Profile, profile


class TagSets:
    """The distinct sets of tags met so far, names aside."""

    def __init__(self, modes: Sequence[str], own: Mapping[str, Profile] | None) -> None:
        self._profiles = [profile(mode, own) for mode in modes]
        self.tags: list[Mapping[str, Any]] = []
        self._numbers: dict[tuple[tuple[str, str], ...], int] = {}
        self._read = cache(decoded)
        self.known = cache(self._known)

    def stopped(self, number: int, barrier: Mapping[str, str]) -> bool:
        """Whether a barrier stops a mode that may use the way it stands on."""
        return any(p.passage(self.tags[number]).open and not p.passes(barrier) for p in self._profiles)

    def stub(self, number: int, barrier: Mapping[str, str]) -> int:
        """Position of a way's tags with those of a barrier beside them (under ``barrier`` and ``node:…``)."""
        beside = {f"node:{key}": value for key, value in barrier.items() if key in NODE_TAGS}
        key = tuple(sorted({**self.tags[number], **beside}.items()))
        if key not in self._numbers:
            self._numbers[key] = len(self.tags)
            self.tags.append(dict(key))
        return self._numbers[key]

    def _known(self, text: Tags) -> tuple[int, str | None]:
        """Position among the distinct sets (-1 where no mode may use such a road), and the name."""
        tags = [self._read(tag) for tag in text.split(",")]
        unnamed = tuple(tag for tag in tags if tag[0] != "name")
        number = self._numbers.get(unnamed)
        if number is None:
            each = dict(unnamed)
            usable = any(p.passage(each).open for p in self._profiles)
            number = self._numbers[unnamed] = len(self.tags) if usable else -1
            if usable:
                self.tags.append(each)
        return number, None if len(unnamed) == len(tags) else dict(tags)["name"]

    def shut_by(self, text: Tags) -> str | None:
        """The tag that closes a road of a class which some mode may use: ``ice_road`` …"""
        each = dict(self._read(tag) for tag in text.split(","))
        return next((why for p in self._profiles if (why := p.shut_by(each)) is not None), None)

    def usable(self, text: Tags) -> bool:
        """Whether some mode may use a road with these tags."""
        return self.known(text)[0] >= 0
