"""One cell of a planner's table: its number, its mark, its code."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping

from carecircle.strict import clean, fits

BLANKS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无数据", "n/a", "#n/a", "na", "null", "none"})
"""Cells that say nothing."""

UNITS: Mapping[str, float] = {
    "张": 1, "人": 1, "名": 1, "辆": 1, "个": 1, "所": 1, "台": 1, "户": 1, "家": 1, "位": 1, "岁": 1,
    "年": 1, "千人": 1e3, "万人": 1e4, "万": 1e4, "百人": 1e2, "%": 1, "km": 1, "公里": 1, "米": 1, "m": 1,
    "度": 1, "°": 1, "平方公里": 1, "km2": 1, "beds": 1, "people": 1, "persons": 1,
    "thousand": 1e3, "thousands": 1e3,
}  # fmt: skip
"""Units a header may carry in brackets, or a number may end with, and what they multiply by."""

_LONGEST_NUMBER = 400
_LONGEST_HEADER = 1_000
"""Characters beyond which a cell is no number, and a header has no unit: patterns are not tried on it."""

_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_NUMBER = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(\D*)$", re.IGNORECASE)
_TRUE = frozenset({"true", "yes", "y", "t", "1", "1.0", "是", "有", "√", "✓", "对"})
_FALSE = frozenset({"false", "no", "n", "f", "0", "0.0", "否", "无", "没有", "×", "x", "✗"})
_URBAN = frozenset({"urban", "城镇", "城市", "城区", "城", "镇区", "u"})
_RURAL = frozenset({"rural", "乡村", "农村", "乡", "r"})


_WHOLE = re.compile(
    r"(全[国省市县区州盟旗镇乡村]|总)?(合计|总计|共计|累计|總計|合計)|总数|全[国省市县区州旗]|grandtotal|totals?|sum"
)
"""A cell that names the sum of all rows."""
_PART = re.compile(r".*(合计|小计|总计|共计|小計|合計)|subtotal")
"""A cell that names the sum of some rows."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_WIDE = {code: code - 0xFEE0 for code in _FULL_WIDTH if chr(code - 0xFEE0).isalnum()} | {0x3000: 0x20}
"""Full-width digits and letters, in which a code or a number may hide; punctuation is not among them."""


def plain(value: object) -> str | None:
    """A cell as stripped text, its full-width digits and letters folded; None where it says nothing.

    Chinese punctuation stays: a name is kept as the planner wrote it.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    text = clean(str(value).translate(_WIDE).replace("\u200b", "").replace("\ufeff", "")).strip()
    return None if _narrow(text).casefold() in BLANKS else text


def _narrow(text: str) -> str:
    """Every full-width and compatibility form folded, punctuation too."""
    return unicodedata.normalize("NFKC", text).strip()


def number(value: object) -> float | None:
    """A cell as a number; None where it is not plainly one (``约550张``, ``NaN``, ``三``) or far too large.

    A number may end with a unit of `UNITS` (``550张``, ``3.2万人`` = 32,000) and be grouped (``1,234``).
    """
    text = plain(value)
    if text is None or len(text) > _LONGEST_NUMBER:
        return None
    text = _narrow(text)
    if _GROUPED.match(text):
        text = text.replace(",", "")
    match = _NUMBER.match(text)
    if match is None:
        return None
    unit = match[2].strip().casefold()
    if unit and unit not in UNITS:
        return None
    found = float(match[1]) * (UNITS[unit] if unit else 1.0)
    return found if fits(found) else None


def mark(value: object) -> bool | None:
    """A yes/no cell; None where it says neither."""
    text = (plain(value) or "").casefold()
    return True if text in _TRUE else False if text in _FALSE else None


def urban(value: object) -> bool | None:
    """A cell that says urban or rural: words of either language, yes/no, or a statistical 1xx/2xx code."""
    text = (plain(value) or "").casefold()
    if text in _URBAN:
        return True
    if text in _RURAL:
        return False
    by_code = nbs_urban(text)
    return mark(value) if by_code is None else by_code


def nbs_urban(value: object) -> bool | None:
    """Urban by the statistical 城乡分类代码: 1xx urban, 2xx rural, else None."""
    text = plain(value) or ""
    if re.fullmatch(r"[12]\d\d", text):
        return text[0] == "1"
    return None


def names(value: object) -> tuple[str, ...]:
    """A cell that lists names, separated by 、 ; , | or a line break; empty too where it says 无."""
    text = plain(value)
    if text is None or text.casefold() in _FALSE:
        return ()
    return tuple(part.strip() for part in re.split(r"[、;；,，|｜\n]", text) if part.strip())


def fold(header: object) -> str:
    """A header without what does not matter: width, case, spaces, underscores, hyphens."""
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    return re.sub(r"[\s_\-*:]+", "", text)


def unit_of(header: object) -> tuple[str, float | None]:
    """A header split into its name and the factor of a unit in brackets at its end (None: no unit)."""
    text = unicodedata.normalize("NFKC", str(header)).strip()
    short = len(text) <= _LONGEST_HEADER
    match = re.fullmatch(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]", text) if short else None
    if match is not None:
        unit = re.sub(r"^单位[::]?", "", match[2].strip().casefold())
        if unit in UNITS:
            return match[1], UNITS[unit]
    return text, None


_LONGEST_SUM = 40
"""Characters; a longer cell is no word for a sum."""
_HINT = re.compile(r"[计計数总總全]|tal|sum", re.IGNORECASE)
"""What every word for a sum holds: most cells are told by it at once."""


def is_whole(cell: str | None) -> bool:
    """Whether a cell names the sum of all rows (合计, 全县)."""
    return cell is not None and _WHOLE.fullmatch(_bare(cell)) is not None


def is_sum(cell: str | None) -> bool:
    """Whether a cell names a sum of rows, all or some (合计, 小计, 东街镇小计)."""
    if cell is None or len(cell) >= _LONGEST_SUM or _HINT.search(cell) is None:
        return False
    return is_whole(cell) or _PART.fullmatch(_bare(cell)) is not None


def _bare(cell: str) -> str:
    return re.sub(r"[()]", "", fold(cell))
