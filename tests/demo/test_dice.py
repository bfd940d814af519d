"""The county's random numbers: the same for ever, and whole people that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carecircle.demo.dice import Dice, shares, waves


def test_the_stream_is_pinned() -> None:
    expected = [0.7483103349259363, 0.2013485766332469, 0.9739567052502979]
    assert Dice(14, "hills").many(3).tolist() == expected


def test_purposes_and_seeds_are_apart_and_repeat() -> None:
    first = Dice(14, "hills").many(5)
    assert (first == Dice(14, "hills").many(5)).all()
    assert (first != Dice(14, "lanes").many(5)).all()
    assert (first != Dice(15, "hills").many(5)).all()


def test_draws_stay_in_their_bounds() -> None:
    dice = Dice(1, "bounds")
    many = dice.many(1000, -3, 4)
    assert many.min() >= -3
    assert many.max() < 4
    assert {dice.whole(1, 3) for _ in range(100)} == {1, 2, 3}
    assert sorted(dice.shuffled("abcdef")) == list("abcdef")
    assert dice.pick(["only"]) == "only"


def test_waves_are_smooth() -> None:
    x = np.linspace(0, 5000, 501)
    noise = waves(np.stack([x, 0 * x], axis=1), Dice(3, "waves"), length=2000.0)
    assert np.abs(np.diff(noise)).max() < 0.15
    assert noise.std() > 0.1


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda w: sum(w) > 1e-3),
    st.integers(0, 100_000),
)
def test_shares_are_whole_fair_and_complete(weights: list[float], total: int) -> None:
    found = shares(np.array(weights), total)
    assert found.sum() == total
    exact = np.array(weights) / sum(weights) * total
    assert (np.abs(found - exact) < 1 + 1e-6).all()


def test_the_largest_remainder_gets_the_odd_one() -> None:
    assert shares(np.array([1.0, 1.0, 2.0]), 5).tolist() == [1, 1, 3]
    assert shares(np.array([0.6, 0.4]), 1).tolist() == [1, 0]


@pytest.mark.parametrize("total", [0, 1, 7])
def test_equal_weights_favour_the_first(total: int) -> None:
    found = shares(np.ones(3), total).tolist()
    assert found == sorted(found, reverse=True)
    assert max(found) - min(found) <= 1
