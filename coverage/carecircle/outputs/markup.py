"""Small pages without a map (index, gallery): HTML in both languages, offline, nothing fetched."""

from __future__ import annotations

import base64
from html import escape
from importlib import resources

from carecircle.outputs import palette
from carecircle.outputs.folder import OUTCOMES, Run
from carecircle.texts import LANGUAGES, Language, Sentence, say

_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)


def both(key: str, **facts: object) -> str:
    """One of the pages' sentences in both languages; the page shows one."""
    return spoken(Sentence(f"pages.{key}", facts))


def spoken(sentence: Sentence) -> str:
    """A sentence in both languages."""
    forms = sentence.both()
    if forms["zh"] == forms["en"]:
        return escape(forms["zh"])
    return "".join(f'<span lang="{lang}">{escape(forms[lang])}</span>' for lang in LANGUAGES)


def page(title: str, language: Language, body: str) -> str:
    """The whole document: one style sheet, one script, both inside; nothing may be fetched."""
    other = '<span lang="zh">English</span><span lang="en">中文</span>'
    switch = f'<button id="cc-language" type="button">{other}</button>'
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{palette.css()}{_read('shelf.css')}</style>\n</head>\n"
        f"<body>\n{switch}\n<main>\n{body}\n</main>\n<script>\n{_read('shelf.js')}</script>\n</body>\n</html>\n"
    )


def _read(name: str) -> str:
    return (resources.files("carecircle.outputs") / "shelf" / name).read_text(encoding="utf-8")


def picture(run: Run) -> str:
    """The run's overview as an image that the page carries itself; empty where there is none."""
    if not run.picture:
        return ""
    data = base64.b64encode(run.picture.encode("utf-8")).decode("ascii")
    words = escape(say("pages.picture", run.language, title=run.title), quote=True)
    return f'<img alt="{words}" src="data:image/svg+xml;base64,{data}">'


def key(run: Run) -> str:
    """How to read the picture, where it shows people left out."""
    return f'<span class="cc-small">{both("key")}</span>' if run.picture and run.left_out else ""


def tally(run: Run) -> str:
    """How many rules came out which way, as a bar of proportions and as numbers."""
    total = sum(run.outcomes.values()) or 1
    parts = [(o, run.outcomes[o]) for o in OUTCOMES if run.outcomes[o]]
    bar = "".join(f'<i class="cc-{o}" style="width:{100 * n / total:.2f}%"></i>' for o, n in parts)
    names = "".join(
        f'<li class="cc-{o}"><b>{run.outcomes[o]}</b> {spoken(Sentence(f"outputs.page_outcome_{o}"))}</li>'
        for o in OUTCOMES
    )
    return f'<div class="cc-bar" aria-hidden="true">{bar}</div><ul class="cc-tally">{names}</ul>'


def headline(run: Run) -> str:
    """People first: how many are left out, and what share of the residents that is."""
    if run.left_out is None:
        return f'<p class="cc-says">{both("no_people")}</p>'
    if run.left_out <= 0:
        return f'<p class="cc-says">{both("nobody")}</p>'
    share = run.share_left_out or 0.0
    figure = f'<p class="cc-big"><strong>{run.left_out:,.0f}</strong> {both("people")}</p>'
    part = f'<i class="cc-FAIL" style="width:{100 * share:.2f}%"></i>'
    bar = f'<div class="cc-bar" aria-hidden="true">{part}</div>'
    return f'{figure}<p class="cc-says">{both("left_out", share=f"{share:.1%}")}</p>{bar}'
