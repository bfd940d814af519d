"""A console on which no text out of data moves the cursor, changes colours or rings: it is only read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from carecircle.strict import clean


class PlainConsole(Console):
    """rich's console without the control characters that names and quotations may hold."""

    def render(self, *args: Any, **kwargs: Any) -> Iterable[Segment]:
        """Segments as rich makes them, their text cleaned."""
        for segment in super().render(*args, **kwargs):
            yield segment if segment.control else Segment(clean(segment.text), segment.style)
