"""What the manual's two languages must share: headings, code, figures, formulas, tables, pictures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from manual import SHELL as COMMANDS
from realdata import ROOT

FENCE = re.compile(r"^ *```(\{?[\w-]*\}?)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
ROLE = re.compile(r"\{doc\}`([^`<]*)<([^>`]+)>`")
NUMBER = re.compile(r"(\d+(?:[.,:]\d+)*)(?: ?(million|万|亿))?")
SCALES = {"million": 1e6, "万": 1e4, "亿": 1e8}
HAN = "[\u4e00-\u9fff]"
HALF = re.compile(rf"{HAN} ?[,;:?!](?!\w)|(?<!\w)[,;:?!] ?{HAN}|{HAN}[,;:?!]{HAN}|\((?=[^()]*{HAN})[^()]*\)")
UNOFFICIAL = {
    "够不着": "未覆盖",
    "到不了": "无法到达",
    "人口账": "人口核对",
    "试算": "模拟增设/撤并",
    "翻转": "达标条件",
    "临界值": "达标条件",
    "各研究并列": "各县区对比",
}
"""Words that no office would write, and what the product says instead."""
SHELL = (*COMMANDS, "text")


PENDING: dict[str, str] = {}
"""English pages whose Chinese mirror is behind, and what it lacks. A page is put here by whoever changes the
English text without the Chinese, and taken off by whoever brings the mirror up; it is meant to be empty."""


@dataclass
class Part:
    """A heading and what stands under it until the next one."""

    level: int
    title: str
    code: list[tuple[str, str]] = field(default_factory=list)
    maths: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)
    tables: list[tuple[int, int]] = field(default_factory=list)
    pictures: int = 0
    links: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    prose: str = ""


def bare(code: str) -> str:
    """Code without its comments: those are in the reader's language."""
    lines = (re.sub(r"(^|\s+)#\s.*$", "", line).rstrip() for line in code.splitlines())
    return "\n".join(line for line in lines if line)


def parts(text: str) -> list[Part]:
    """A page cut at its headings."""
    found: list[Part] = []
    kept: list[tuple[str, str]] = []

    def keep(match: re.Match[str]) -> str:
        kept.append((match[1], match[2]))
        return f"\x00{len(kept) - 1}\x00"

    for piece in re.split(r"^(?=#{1,6} )", FENCE.sub(keep, text), flags=re.MULTILINE):
        if piece.strip():
            marks, title, body = re.match(r"(#* ?)([^\n]*)(.*)", piece, re.DOTALL).groups()  # type: ignore[union-attr]
            part = Part(marks.count("#"), title)
            _read(part, title + "\n" + body, kept)
            found.append(part)
    return found


def _read(part: Part, body: str, kept: list[tuple[str, str]]) -> None:
    for number in re.findall("\x00(\\d+)\x00", body):
        language, code = kept[int(number)]
        if not language.startswith("{"):
            part.code.append((language, code if language in SHELL else bare(code)))
        elif language != "{toctree}":
            shared = [line for line in code.splitlines() if not line.lstrip().startswith((":", ".."))]
            part.code.append((language, "\n".join(line for line in shared if line)))
    body = re.sub("\x00\\d+\x00|<!--.*?-->", "", body)
    part.maths.update(" ".join((a or b).split()) for a, b in MATH.findall(body))
    body = MATH.sub("x", body)
    part.links.update(_base(target) for _, target in ROLE.findall(body))
    body = ROLE.sub(r"\1", body)
    part.words.update(CODE.findall(body))
    body = CODE.sub("x", body)
    for picture, _, target in LINK.findall(body):
        part.pictures += bool(picture)
        if not picture and (target.startswith("http") or not target.startswith("#")):
            part.links[_base(target)] += 1
    body = LINK.sub(r"\2", body)
    body = re.sub(r"^\([\w-]+\)=$", "", body, flags=re.MULTILINE)
    part.tables = list(_tables(body))
    part.numbers.update(_worth(*match) for match in NUMBER.findall(body))
    part.pieces = sum(1 for piece in re.split(r"\n\s*\n|\n(?=\s*(?:-|\d+\.) )", body) if piece.strip())
    part.prose = body


def _worth(digits: str, scale: str) -> str:
    """A figure as it is worth: 50 million is 5,000 万."""
    plain = digits.replace(",", "")
    return f"{float(plain) * SCALES[scale]:.0f}" if scale else plain


def _base(target: str) -> str:
    """A link without the way to its folder and without its place on the page."""
    return target if target.startswith("http") else target.split("#")[0].rsplit("/", 1)[-1]


def _tables(body: str) -> Iterator[tuple[int, int]]:
    """Rows and columns of each table."""
    for rows in re.findall(r"(?:^ *\|.*\|\n?)+", body, re.MULTILINE):
        lines = rows.strip().splitlines()
        yield len(lines), len(re.findall(r"(?<!\\)\|", lines[0])) - 1


def faults(english: str, chinese: str) -> list[str]:
    """Everything of an English page that its Chinese mirror does not hold, part by part; empty if it does."""
    ours, theirs = parts(english), parts(chinese)
    if [p.level for p in ours] != [p.level for p in theirs]:
        return [f"headings: {[p.title for p in ours]} against {[p.title for p in theirs]}"]
    found: list[str] = []
    for en, zh in zip(ours, theirs, strict=True):
        said = {
            "code": en.code != zh.code and f"{en.code} against {zh.code}",
            "formulas": en.maths - zh.maths,
            "words of code": en.words - zh.words,
            "figures": en.numbers - zh.numbers,
            "tables (rows, columns)": en.tables != zh.tables and f"{en.tables} against {zh.tables}",
            "pictures": en.pictures != zh.pictures and f"{en.pictures} against {zh.pictures}",
            "links": en.links - zh.links,
            "paragraphs": en.pieces > zh.pieces and f"{en.pieces} against {zh.pieces}",
        }
        found += [f"“{en.title}”: {what}: {lacking}" for what, lacking in said.items() if lacking]
    return found


def unofficial(chinese: str) -> list[str]:
    """Half-width marks beside Chinese words, words of no office, and paragraphs left in English."""
    found = [f"{word}: say {better}" for word, better in UNOFFICIAL.items() if word in chinese]
    for part in parts(chinese):
        found += [f"“{part.title}”: half-width: {match[0]}" for match in HALF.finditer(part.prose)]
        for line in part.prose.splitlines():
            plain = re.sub(r"\W", "", line)
            if len(plain) > 60 and not line.lstrip().startswith("|") and not re.search(HAN, line):
                found.append(f"“{part.title}”: in English: {line[:60]}")
    return found


def behind(page: str) -> list[str]:
    """What the Chinese mirror of a page of ``docs`` lacks; a mirror that is not there lacks everything."""
    english, mirror = ROOT / "docs" / page, ROOT / "docs" / "zh" / page
    if not mirror.is_file():
        return [f"docs/zh/{page} is not there"]
    return faults(english.read_text(encoding="utf-8"), mirror.read_text(encoding="utf-8"))
