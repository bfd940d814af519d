"""Damaged plan files end in a sentence of ours, never in a traceback."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carecircle.errors import CarecircleError
from carecircle.rules import load_plan

HEAD = '[plan]\nid = "x"\ntitle = "x"\n'
RULE = '[[rule]]\nid = "A"\nclause = "A"\nsection = "一"\nquote = "一条测试用的规则，共十六个字"\n'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rule = 3",
        "[rule]\nid = 1\n",
        "plan = 3\n",
        HEAD + "rule = 3\n",
        HEAD + 'rule = ["a"]\n',
        HEAD + "[rule]\nid = 'A'\n",
        HEAD + "[[rule]]\n",
        HEAD + RULE + "kind = 3\n",
        HEAD + RULE + "kind = 'ratio'\n",
        HEAD + RULE + "kind = 'ratio'\nnumerator = 'beds'\ndenominator = 'residents'\ntarget = 'many'\n",
        HEAD + RULE + "kind = 'count'\ntarget = [1, 2, 3]\n",
        HEAD + RULE + "kind = 'count'\ntarget = 1\nunless = [3]\n",
        HEAD + RULE + "kind = 'share'\neach = 3\ntarget = 1\n",
        HEAD + RULE + "kind = 'conditional'\nwhen = [{ attribute = 'mass', value = 'x' }]\n",
        HEAD + "[[rule]]\n" * 3,
        "\x00",
    ],
)
def test_what_no_planner_meant(text: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CarecircleError) as caught:
        load_plan(path)
    for language in ("zh", "en"):
        assert caught.value.text(language)


_CHANGES = st.tuples(
    st.sampled_from(["drop", "double", "swap", "cut"]), *[st.integers(0, 199)] * 2, st.integers(0, 60)
)


@settings(max_examples=60, deadline=None)
@given(st.integers(40, 199), st.lists(_CHANGES, min_size=1, max_size=5))
def test_lines_lost_doubled_or_mixed_up(
    tmp_path_factory: pytest.TempPathFactory, count: int, changes: list[tuple[str, int, int, int]]
) -> None:
    lines = (
        (resources.files("carecircle.rules") / "plans" / "beibei.toml")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    lines = lines[:count]
    for change, first, second, kept in changes:
        at, other = first % len(lines), second % len(lines)
        if change == "drop":
            del lines[at]
        elif change == "double":
            lines.insert(at, lines[other])
        elif change == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = lines[at][: kept % (len(lines[at]) + 1)]
    path = tmp_path_factory.mktemp("fuzz") / "plan.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert all(_faults(path))


def _faults(path: Path) -> tuple[str, ...]:
    """What loading a file says in both languages; nothing where it loads."""
    try:
        load_plan(path)
    except CarecircleError as error:
        return error.text("zh"), error.text("en")
    return ()
