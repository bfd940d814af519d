"""The language a command speaks: ``--lang``, else the study's, else the computer's."""

from __future__ import annotations

import json
import locale
import os
import re
import sys
from enum import StrEnum
from pathlib import Path

from carecircle.strict import parse_toml
from carecircle.texts import LANGUAGES, Language


class Lang(StrEnum):
    """Languages of what is printed and written."""

    zh = "zh"
    en = "en"


def asked(lang: Lang | None = None) -> Language | None:
    """What ``--lang`` says, wherever it stands in the command; None where it is not given."""
    given = [lang.value] if lang is not None else _given()
    return next((language for language in LANGUAGES if language in given[:1]), None)


def _given() -> list[str]:
    """The value after ``--lang``, read by hand: help and errors need it before the command is parsed."""
    words = sys.argv[1:]
    after = [words[i + 1] for i, word in enumerate(words[:-1]) if word == "--lang"]
    return after or [word.partition("=")[2] for word in words if word.startswith("--lang=")]


def spoken(lang: Lang | None = None, study: Path | None = None) -> Language:
    """``--lang``, else the language of a study or of what it wrote, else CARECIRCLE_LANG, else the system's.

    Parameters
    ----------
    study
        study.toml or its folder, or a folder that a run has written; one that cannot be read says nothing.
        None: the first such place among the words that were typed.
    """
    places = [study] if study is not None else [Path(word) for word in sys.argv[2:] if word[:1] != "-"]
    found = asked(lang) or next(filter(None, map(_language_of, places)), None)
    if found is not None:
        return found
    told = os.environ.get("CARECIRCLE_LANG") or locale.getlocale()[0] or ""
    return "zh" if told.lower().startswith(("zh", "chinese")) else "en"


def _language_of(place: Path) -> Language | None:
    """The language of a study file, or of the manifest in an output folder."""
    folder = place if place.is_dir() else place.parent
    study = place if place.suffix == ".toml" else folder / "study.toml"
    try:
        if study.is_file():
            named = _named_in(study.read_bytes())
        elif place.suffix == ".toml":
            return None
        else:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            named = manifest["parameters"]["language"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return next((language for language in LANGUAGES if language == named), None)


def _named_in(text: bytes) -> object:
    """The language of a study file; of one that cannot be read, the line that says it."""
    try:
        return parse_toml(text)[0].get("language", "zh")
    except ValueError:
        line = re.search(rb"""(?m)^\s*language\s*=\s*["'](\w+)["']""", text)
        return "zh" if line is None else line[1].decode()
