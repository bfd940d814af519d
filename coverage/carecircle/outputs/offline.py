"""A folium map that is whole in itself: Leaflet inlined, every id renumbered, nothing fetched."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html.parser import HTMLParser
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, ClassVar

import folium
from branca.element import Element, Figure
from folium.template import Template

from carecircle.errors import UsageError
from carecircle.outputs import palette
from carecircle.tiles import tile_fault

POLICY = "default-src data: blob: 'unsafe-inline' 'unsafe-eval'; form-action 'none'; base-uri 'none'"
"""Nothing may be fetched from anywhere, by whatever part of the page; what is inside it may run."""


class Raw(Element):  # type: ignore[misc]
    """Text that enters the page as it is: branca would run it as a jinja template a second time."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "raw"
        self.text = text

    def render(self, **_: Any) -> str:
        """The text itself."""
        return self.text


_STYLE = Template("<style>\n{{ colours }}{{ style }}</style>")
_PANEL = Template(
    "{{ panel }}{% for id, text in held.items() %}"
    '<script type="application/json" id="{{ id|e }}">{{ text }}</script>'
    "{{ '' if loop.last else '\n' }}{% endfor %}"
)
_SCRIPT = Template("(function ({{ handed }}) {\n'use strict';\n{{ script }}})({{ map }});")


def inlay(
    element: Element,
    name: str,
    *,
    style: str,
    panel: str,
    held: Mapping[str, str],
    script: str,
    handed: str = "map",
) -> None:
    """Put a style, a panel, data (JSON by the id it is read by) and a script around the map of an element.

    Parameters
    ----------
    element
        What was added to an `OfflineMap`.
    name
        Tells its parts from others' in the figure.
    style, panel, script
        Text of ours, as it is; the style may use the variables of `carecircle.outputs.palette`.
    held
        JSON made by `carecircle.outputs.pack.page_json`, or a packed block.
    handed
        The name by which the script knows the map.
    """
    figure, owner = element.get_root(), element._parent
    assert isinstance(figure, Figure)
    assert owner is not None
    parts = {
        "style": (figure.header, _STYLE.render(colours=palette.css(), style=style)),
        "panel": (figure.html, _PANEL.render(panel=panel, held=held)),
        "script": (figure.script, _SCRIPT.render(handed=handed, script=script, map=owner.get_name())),
    }
    for part, (place, text) in parts.items():
        place.add_child(Raw(text), name=f"{name}_{part}")


class OfflineFigure(Figure):  # type: ignore[misc]
    """The document around an `OfflineMap`; rendering it seals it.

    Sealing renumbers folium's random ids and refuses whatever would have to be fetched; the content security
    policy holds the browser to it.

    Raises
    ------
    UsageError
        On `render`, naming each external script, style sheet or image that something added to the map.
    StudyError
        On `render`, if a layer's tiles are of a provider whose maps are shifted off the ground.
    """

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{this.language}}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{this.policy}}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{{this.title|e}}</title>\n{{this.header.render(**kwargs)}}\n</head>\n"
        "<body>\n{{this.html.render(**kwargs)}}\n<script>\n{{this.script.render(**kwargs)}}\n</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(
        self, *, title: str, language: str, height: str = "720px", pictures_from: Sequence[str] = ()
    ) -> None:
        super().__init__(title=title, height=height)
        self.header._children.clear()
        self.language = language
        pictures = f"; img-src data: blob: {' '.join(pictures_from)}" if pictures_from else ""
        self.policy = POLICY + pictures

    def render(self, **kwargs: Any) -> str:
        """The whole page, sealed."""
        for element in _elements(self):
            fault = tile_fault(str(getattr(element, "tiles", "") or ""), column=type(element).__name__)
            if fault is not None:
                raise fault
        page = super().render(**kwargs).replace("\r\n", "\n").replace("\r", "\n")
        page = _renumber(page, self)
        foreign = external_references(page)
        if foreign:
            raise UsageError("outputs.external", value=foreign)
        return page


class OfflineMap(folium.Map):  # type: ignore[misc]
    """A `folium.Map` without tiles that opens anywhere; folium layers may be added as to any map.

    Parameters
    ----------
    bounds
        ``(west, south, east, north)`` in WGS 84 degrees, where the map opens.
    title, language
        Of the document.
    pictures_from
        Origins of map tiles that a reader may switch on; without any nothing can be fetched at all.
    options
        Further options of Leaflet's ``L.map``, as folium takes them.
    """

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {"
        " center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }},"
        " ...{{ this.options|tojavascript }} });\n"
        "{{ this.get_name() }}.fitBounds({{ this.corners|tojson }}, {animate: false});"
        "{% endmacro %}"
        "{% macro html(this, kwargs) %}"
        '<div class="folium-map" id={{ this.get_name()|tojson }}></div>'
        "{% endmacro %}"
    )

    def __init__(
        self,
        *,
        bounds: tuple[float, float, float, float],
        title: str,
        language: str,
        pictures_from: Sequence[str] = (),
        **options: Any,
    ) -> None:
        west, south, east, north = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None, **options)
        self.corners = [[south, west], [north, east]]
        self._parent = None
        figure = OfflineFigure(title=title, language=language, pictures_from=pictures_from)
        figure.header.add_child(Raw(f"<style>\n{leaflet_css()}\n</style>"), name="leaflet_css")
        figure.header.add_child(Raw(f"<script>\n{leaflet_js()}\n</script>"), name="leaflet_js")
        figure.add_child(self)


def _leaflet() -> Traversable:
    return resources.files("xstatic.pkg.leaflet") / "data"


@cache
def leaflet_js() -> str:
    """Leaflet's script as XStatic-Leaflet installs it, safe inside a ``<script>``."""
    text = (_leaflet() / "leaflet.js").read_text(encoding="utf-8")
    return escape_script(re.sub(r"\n?//# sourceMappingURL=.*", "", text).strip())


@cache
def leaflet_css() -> str:
    """Leaflet's style sheet with every picture it names carried inside."""

    def inline(match: re.Match[str]) -> str:
        name = match.group(1).strip("'\"")
        if name.startswith(("#", "data:")):
            return match.group(0)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        data = base64.b64encode(_leaflet().joinpath(*name.split("/")).read_bytes()).decode()
        return f"url(data:{kind};base64,{data})"

    text = (_leaflet() / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\(([^)]+)\)", inline, text).strip()


def escape_script(text: str) -> str:
    r"""Script text that cannot end its own element: ``</script`` becomes ``<\/script``."""
    return re.sub(r"<(/script|!--)", lambda m: "<\\" + m.group(1), text, flags=re.IGNORECASE)


def external_references(page: str) -> list[str]:
    """Everything a browser would fetch to show a page, in the order met; empty for a whole page."""
    parser = _References()
    parser.feed(page)
    return parser.found


class _References(HTMLParser):
    """Collects what elements, style sheets and inline styles would fetch."""

    _ATTRIBUTES = frozenset({"src", "srcset", "poster", "data", "background", "action", "formaction"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            fetches = name in self._ATTRIBUTES or (tag in ("link", "use", "image") and name.endswith("href"))
            if fetches and value and not value.startswith(("data:", "#")):
                self.found.append(value)
            if name == "style" and value:
                self._styles(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._styles(data)

    def _styles(self, text: str) -> None:
        urls = [u.strip("'\" ") for u in re.findall(r"url\(([^)]*)\)", text)]
        urls += re.findall(r"@import\s+['\"]([^'\"]+)", text)
        self.found += [u for u in urls if not u.startswith(("data:", "#"))]


def _elements(element: Element) -> Iterator[Element]:
    yield element
    if isinstance(element, Figure):
        for part in (element.header, element.html, element.script):
            yield from _elements(part)
    for child in element._children.values():
        yield from _elements(child)


def _renumber(page: str, figure: Figure) -> str:
    """Folium's random ids, replaced by numbers in the order in which the page first names them."""
    ids = {element._id for element in _elements(figure)}
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        if match.group(0) not in ids:
            return match.group(0)
        return numbers.setdefault(match.group(0), f"{len(numbers) + 1:04d}")

    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", number, page)
