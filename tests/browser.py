"""A real Chromium, every request but the page itself refused; without one tests skip, naming the install."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

INSTALL = "sudo apt-get install chromium  (or: python -m playwright install chromium)"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-default-apps",
    "--disable-extensions",
    "--mute-audio",
]
_WAITING = """() => {
  const waiting = new Set();
  const timed = ['setTimeout', 'clearTimeout'], framed = ['requestAnimationFrame', 'cancelAnimationFrame'];
  const later = window.setTimeout.bind(window);
  for (const [ask, forget] of [timed, framed]) {
    const [asked, forgot] = [window[ask].bind(window), window[forget].bind(window)];
    window[ask] = (work, ...rest) => {
      const id = asked((...given) => { waiting.delete(ask + id); work(...given); }, ...rest);
      waiting.add(ask + id);
      return id;
    };
    window[forget] = (id) => { waiting.delete(ask + id); forgot(id); };
  }
  const busy = () => [
    ...waiting,
    ...document.getAnimations().filter((a) => a.playState === 'running').map((a) => a.transitionProperty),
    ...[...document.images].filter((i) => !i.complete).map((i) => i.src.slice(0, 60)),
  ];
  window.ccSettled = () => new Promise((done, failed) => {
    const asked = performance.now();
    const look = () => {
      const found = busy();
      if (!found.length) done();
      else if (performance.now() - asked > 20000) failed(new Error('still at work: ' + found.join(', ')));
      else later(look, 10);
    };
    look();
  });
}"""
"""Keeps count of what a page has asked to be called back for, so that `settled` knows when it is done."""


@dataclass
class Visit:
    """A page opened alone: what it asked for besides itself, and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def clean(self) -> None:
        """Fail unless the page asked for nothing and complained of nothing."""
        assert self.requests == []
        assert self.complaints == []


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser: Debian's or the system's Chromium, else Playwright's own."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright absent: pip install playwright")
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=own, args=_ARGUMENTS)
        except sync_api.Error as error:
            pytest.skip(f"no Chromium to drive ({str(error).splitlines()[0]}): {INSTALL}")
        try:
            yield browser
        finally:
            _WINDOWS.clear()
            browser.close()


_WINDOWS: dict[str, BrowserContext] = {}
"""One for each set of options: to open a window costs more than most visits."""


def _window(browser: Browser, options: dict[str, Any]) -> BrowserContext:
    """The window for visits with these options; an empty page keeps it open between them."""
    asked = repr(sorted(options.items()))
    if asked not in _WINDOWS:
        _WINDOWS[asked] = browser.new_context(**{"reduced_motion": "reduce", **options})
        _WINDOWS[asked].new_page()
    return _WINDOWS[asked]


def _left(window: BrowserContext, page: Page) -> None:
    """Make a window as it was before a visit: nothing kept, no page but the empty one."""
    window.set_offline(False)
    with suppress(Exception):  # a page that has left its own address has no storage
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    for opened in window.pages[1:]:
        opened.close()


@contextmanager
def visit(
    browser: Browser, path: Path, *, width: int = 1440, height: int = 900, script: str = "", **options: Any
) -> Iterator[Visit]:
    """Open one HTML file with all else refused, and wait until it says that it is ready.

    ``script`` runs before the page's own.
    """
    context = _window(browser, options)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(f"({_WAITING})()")
    if script:
        page.add_init_script(script)
    seen = Visit(page)
    own = path.resolve().as_uri()

    def gate(route: Any) -> None:
        if route.request.url.split("#")[0] == own:
            route.continue_()
        else:
            seen.requests.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page.on("console", lambda m: seen.complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: seen.complaints.append(str(e)))
    try:
        page.goto(own)
        page.wait_for_selector("body[data-ready=yes]", timeout=20_000)
        yield seen
    finally:
        context.unroute("**/*", gate)
        _left(context, page)


def settled(page: Any) -> None:
    """Wait until a visited page has nothing more to do: no call back, transition or picture outstanding."""
    page.evaluate("() => window.ccSettled()")
