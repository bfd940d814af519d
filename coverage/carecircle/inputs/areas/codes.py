"""Statistical codes of Chinese divisions."""

from __future__ import annotations


def significant(code: str) -> str:
    """A statistical code without its padding: 510626000000 -> 510626, 510626100000 -> 510626100."""
    if len(code) == 12 and code.isdigit():
        return code[:6] if code.endswith("000000") else code[:9] if code.endswith("000") else code
    return code
