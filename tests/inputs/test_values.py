"""Cells, one by one."""

from __future__ import annotations

import math

import pytest

from carecircle.inputs.tables import values


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("550", 550),
        ("５５０", 550),
        ("1,234.5", 1234.5),
        ("550张", 550),
        ("3.2万人", 32000),
        ("12.5%", 12.5),
        ("约550张", None),
        ("550左右", None),
        ("三", None),
        ("NaN", None),
        ("inf", None),
        ("", None),
        (None, None),
        ("1e3", 1000),
        ("1e999", None),
        ("-3", -3),
        ("+4", 4),
        (".5", 0.5),
        ("5-6", None),
        ("1,23", None),
        (" 7 ", 7),
        ("104°", 104),
        (math.nan, None),
        (8.0, 8),
    ],
)
def test_number(cell: object, number: float | None) -> None:
    assert values.number(cell) == number


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("５１０６０４００１００１", "510604001001"),
        (510604001001.0, "510604001001"),
        (3.5, "3.5"),
        ("—", None),
        ("无数据", None),
        (True, "true"),
        ("\ufeff名称 ", "名称"),
        (math.nan, None),
        ("无", "无"),
    ],
)
def test_plain(cell: object, text: str | None) -> None:
    assert values.plain(cell) == text


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("是", True),
        ("有", True),
        ("√", True),
        ("否", False),
        ("无", False),
        ("0", False),
        ("maybe", None),
        (None, None),
    ],
)
def test_mark(cell: object, answer: bool | None) -> None:
    assert values.mark(cell) is answer


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("城镇", True),
        ("乡村", False),
        ("111", True),
        ("122", True),
        ("220", False),
        ("1", True),
        ("rural", False),
        ("12", None),
        (None, None),
    ],
)
def test_urban(cell: object, answer: bool | None) -> None:
    assert values.urban(cell) is answer


@pytest.mark.parametrize(
    ("header", "name", "factor"),
    [
        ("床位数（张）", "床位数", 1),
        ("人口(万人)", "人口", 1e4),
        ("执业（助理）医师数", "执业(助理)医师数", None),
        ("面积（单位：平方公里）", "面积", 1),
        ("name", "name", None),
    ],
)
def test_unit_of(header: str, name: str, factor: float | None) -> None:
    assert values.unit_of(header) == (name, factor)


def test_names() -> None:
    assert values.names("卒中中心、胸痛中心；次中心, 急救网络站点") == (
        "卒中中心",
        "胸痛中心",
        "次中心",
        "急救网络站点",
    )
    assert values.names(None) == ()
