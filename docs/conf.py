"""How the manual is built: ``make docs``; no page asks the internet for anything."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "carecircle"
author = "the carecircle authors"
copyright = "the carecircle authors"  # noqa: A001  (Sphinx's own name)
version = release = installed("carecircle")
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "mathml",
    "generated_pages",
    "offline_check",
]
exclude_patterns = ["_build", "_ext", ".gitignore"]
templates_path = ["_templates"]
nitpicky = False

myst_enable_extensions = ["dollarmath", "deflist", "attrs_inline", "attrs_block", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the stored outputs are shown; tests/test_notebooks.py runs the notebooks

autosummary_generate = True
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "carecircle"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_sidebars = {"*": [], "zh/*": [], "generated/*": []}  # one level: the bar above names every page
html_context = {"default_mode": "auto"}
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"


IN_CHINESE = {
    "On this page": "本页内容",
    "Search": "搜索",
    "previous": "上一页",
    "next": "下一页",
    "previous page": "上一页",
    "next page": "下一页",
    "Home": "首页",
    "Breadcrumb": "当前位置",
    "Site navigation": "全书导航",
    "Color mode": "颜色模式",
    "Light": "浅色",
    "Dark": "深色",
    "System Settings": "随系统",
    "Back to top": "回到顶部",
    "Skip to main content": "跳到正文",
}
"""The theme's own words on the pages in Chinese."""


def setup(app: Sphinx) -> None:
    """Pages under zh/ say that they are Chinese, so that browsers choose Chinese glyphs."""
    app.connect("html-page-context", _chinese)


def _chinese(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    if pagename.startswith("zh/"):
        context["language"] = "zh-CN"
        context["gettext"] = _said


def _said(text: str, **figures: object) -> str:
    """A word of the theme in Chinese, as Jinja asks for it."""
    said = IN_CHINESE.get(text, text)
    return said % figures if figures else said


html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "show_prev_next": True,
    "navigation_depth": 2,
    "header_links_before_dropdown": 5,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "use_edit_page_button": False,
}
