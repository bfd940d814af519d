"""Formulas as MathML, which browsers draw by themselves: no script and no font is fetched."""

from __future__ import annotations

from typing import Any

from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))


def _block(writer: Any, node: Any) -> None:
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')


def _done(writer: Any, node: Any) -> None:
    """Everything was written on the way in."""


def _skipping(visit: Any) -> Any:
    def skip(writer: Any, node: Any) -> None:
        from docutils.nodes import SkipNode

        visit(writer, node)
        raise SkipNode

    return skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; conf.py chooses it."""
    app.add_html_math_renderer("mathml", (_skipping(_inline), _done), (_skipping(_block), _done))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
