"""Small pages without a map (index, gallery) from templates: both languages, offline, every fact escaped."""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from carecircle.outputs import palette
from carecircle.outputs.pages.folder import OUTCOMES
from carecircle.texts import LANGUAGES, Language, Sentence, say

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)


def both(key: str, **facts: object) -> Markup:
    """One of the pages' sentences in both languages; the page shows one."""
    return spoken(Sentence(f"pages.{key}", facts))


def spoken(sentence: Sentence) -> Markup:
    """A sentence in both languages."""
    forms = sentence.both()
    if forms["zh"] == forms["en"]:
        return Markup.escape(forms["zh"])
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(lang, forms[lang]) for lang in LANGUAGES
    )


def page(template: str, title: str, language: Language, **facts: object) -> str:
    """A whole document from a template of ``shelf/``: style and script inside, nothing fetched."""
    return _templates().get_template(template).render(title=title, language=language, **facts)


def _sentence(key: str, **facts: object) -> Sentence:
    """A sentence of any room, from inside a template."""
    return Sentence(key, facts)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    made.filters["base64"] = lambda text: base64.b64encode(text.encode("utf-8")).decode("ascii")
    made.globals |= {
        "policy": Markup(_POLICY),
        "style": Markup(palette.css() + _read("shelf.css")),
        "script": Markup(_read("shelf.js")),
        "both": both,
        "spoken": spoken,
        "said": say,
        "sentence": _sentence,
        "outcomes": OUTCOMES,
        "outcome": lambda name: spoken(Sentence(f"outputs.page_outcome_{name}")),
    }
    return made


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs.pages") / "shelf" / name).read_text(encoding="utf-8")
