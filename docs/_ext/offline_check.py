"""The built pages ask nobody for anything: an asset from elsewhere breaks the build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_ASSET = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\bsrc\s*=\s*["']((?:https?:)?//[^"']+)"""
    r"""|<link\b(?=[^>]*\brel\s*=\s*["'](?:stylesheet|preload|icon|preconnect|dns-prefetch))"""
    r"""[^>]*?\bhref\s*=\s*["']((?:https?:)?//[^"']+)""",
    re.IGNORECASE,
)
_IN_STYLE = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])((?:https?:)?//[^"')]+)""", re.IGNORECASE)


def foreign_assets(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every script, style, picture or font that a built page would fetch from elsewhere."""
    for path in sorted(folder.rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        for match in _ASSET.finditer(unescape(page) if "srcdoc=" in page else page):
            yield path.relative_to(folder), match[1] or match[2]
    for path in sorted(folder.rglob("*.css")):
        for match in _IN_STYLE.finditer(path.read_text(encoding="utf-8")):
            yield path.relative_to(folder), match[1]


def _check(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.format == "html":
        found = [f"{path}: {address}" for path, address in foreign_assets(Path(app.outdir))]
        if found:
            raise ExtensionError("pages would fetch from elsewhere:\n" + "\n".join(found[:20]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Look once everything is written."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
