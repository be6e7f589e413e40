"""tui_colorize.hints: hints, sets of them, and patches."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet, default_radius, patch

RED = Hint(10, 20, "#ff0000")
TEAL = Hint(30, 20, "teal", radius=5)
LATER = Hint(10, 20, "#fff", frame=7)
HEADER = "frame,x,y,color,radius\n"


@pytest.fixture
def hints() -> HintSet:
    return HintSet([RED, TEAL, LATER])


# --- Hint


def test_a_hint_is_normalised():
    hint = Hint(np.int64(1), np.uint8(2), " #F80 ", radius=np.int32(3), frame=np.int16(4))
    assert hint == Hint(1, 2, "#ff8800", 3, 4)
    assert {type(value) for value in (hint.x, hint.y, hint.radius, hint.frame)} == {int}
    assert hash(hint) == hash(Hint(1, 2, "#ff8800", 3, 4))


def test_what_a_hint_leaves_open():
    assert (RED.radius, RED.frame) == (None, 0)


@pytest.mark.parametrize("field", ["x", "y", "radius", "frame"])
@pytest.mark.parametrize(
    "value",
    [-1, 2**31, pytest.param(10**5000, id="huge"), 1.0, float("nan"), "1", True, np.True_, [1]],
)
def test_a_hint_refuses_numbers_that_cannot_be(field, value):
    with pytest.raises(UserError, match=rf"^{field} must be a whole number from 0 to 2147483647$"):
        Hint(**{"x": 1, "y": 1, "color": "red", field: value})


@pytest.mark.parametrize("field", ["x", "y", "frame"])
def test_only_the_radius_may_be_left_open(field):
    with pytest.raises(UserError, match=f"^{field} must be"):
        Hint(**{"x": 1, "y": 1, "color": "red", field: None})


def test_a_hint_refuses_a_bad_color():
    with pytest.raises(UserError, match="'reddish' is not a colour"):
        Hint(1, 1, "reddish")


def test_a_hint_is_immutable():
    with pytest.raises(AttributeError):
        RED.x = 5


# --- HintSet


def test_a_set_is_a_sequence(hints):
    assert list(hints) == [RED, TEAL, LATER]
    assert len(hints) == 3
    assert hints[1] is TEAL
    assert hints[-1] is LATER
    assert hints[1:] == HintSet([TEAL, LATER])
    assert TEAL in hints
    assert hints.index(LATER) == 2
    assert not HintSet()


def test_sets_are_equal_by_content_and_order(hints):
    same = HintSet(iter([RED, TEAL, LATER]))
    assert same == hints
    assert hash(same) == hash(hints)
    assert HintSet([TEAL, RED, LATER]) != hints
    assert hints != [RED, TEAL, LATER]
    assert pickle.loads(pickle.dumps(hints)) == hints
    assert "#008080" in repr(hints)


def test_a_later_hint_on_the_same_point_takes_the_place_of_the_earlier():
    blue = Hint(10, 20, "blue", 9)
    assert list(HintSet([RED, TEAL, LATER, blue])) == [blue, TEAL, LATER]


def test_add(hints):
    new = Hint(1, 2, "red")
    assert list(hints.add(new)) == [RED, TEAL, LATER, new]
    assert list(hints) == [RED, TEAL, LATER]


def test_add_on_the_same_point_recolours_in_place(hints):
    blue = Hint(10, 20, "blue")
    assert list(hints.add(blue)) == [blue, TEAL, LATER]
    blue_later = Hint(10, 20, "blue", frame=7)
    assert list(hints.add(blue_later)) == [RED, TEAL, blue_later]


def test_remove(hints):
    assert list(hints.remove(1)) == [RED, LATER]
    assert list(hints.remove(-1)) == [RED, TEAL]


def test_replace(hints):
    new = Hint(1, 2, "blue")
    assert list(hints.replace(1, new)) == [RED, new, LATER]
    recoloured = Hint(30, 20, "blue")
    assert list(hints.replace(1, recoloured)) == [RED, recoloured, LATER]


def test_replace_onto_another_hint_takes_it_away(hints):
    onto_first = Hint(10, 20, "blue")
    assert list(hints.replace(1, onto_first)) == [onto_first, LATER]
    onto_last = Hint(10, 20, "blue", frame=7)
    assert list(hints.replace(0, onto_last)) == [onto_last, TEAL]


def test_move(hints):
    assert list(hints.move(1, 5, 6)) == [RED, Hint(5, 6, "teal", 5), LATER]
    assert list(hints.move(2, 5, 6)) == [RED, TEAL, Hint(5, 6, "#fff", frame=7)]
    assert hints.move(1, 30, 20) == hints
    assert list(hints.move(1, 10, 20)) == [Hint(10, 20, "teal", 5), LATER]


def test_move_to_where_no_hint_can_be(hints):
    with pytest.raises(UserError, match="y must be"):
        hints.move(0, 3, -1)


@pytest.mark.parametrize(
    "change",
    [
        lambda hints: hints[3],
        lambda hints: hints.remove(3),
        lambda hints: hints.replace(3, RED),
        lambda hints: hints.move(3, 0, 0),
    ],
)
def test_there_is_no_fourth_of_three(hints, change):
    with pytest.raises(IndexError):
        change(hints)


def test_clear(hints):
    assert hints.clear() == HintSet()


def test_index_at_covers_the_whole_square_and_no_more():
    hints = HintSet([Hint(10, 20, "red", radius=2)])
    covered = [(x, y) for x in range(40) for y in range(40) if hints.index_at(x, y) == 0]
    assert covered == [(x, y) for x in range(8, 13) for y in range(18, 23)]


def test_index_at_agrees_with_the_painted_patch():
    for radius in (None, 0, 3):
        hints = HintSet([Hint(2, 597, "red", radius)])
        painted = np.zeros((600, 700), bool)
        painted[patch(hints[0], 700, 600)] = True
        rows, columns = np.nonzero(painted[580:, :20])
        found = {
            (y, x)
            for y in range(580, 600)
            for x in range(20)
            if hints.index_at(x, y, size=(700, 600)) == 0
        }
        assert found == set(zip((rows + 580).tolist(), columns.tolist(), strict=True))


def test_index_at_takes_the_topmost_of_the_frame():
    hints = HintSet([Hint(10, 10, "red", 5), Hint(12, 10, "blue", 5), Hint(11, 10, "red", 5, 3)])
    assert hints.index_at(11, 10) == 1
    assert hints.index_at(6, 10) == 0
    assert hints.index_at(11, 10, frame=3) == 2
    assert hints.index_at(11, 10, frame=4) is None
    assert hints.index_at(30, 10) is None


def test_index_at_of_an_open_radius_depends_on_the_picture():
    hints = HintSet([Hint(100, 100, "red")])
    assert hints.index_at(101, 100) == 0
    assert hints.index_at(102, 100) is None
    assert hints.index_at(104, 100, size=(2000, 1024)) == 0
    assert hints.index_at(105, 100, size=(2000, 1024)) is None


def test_nearest(hints):
    assert hints.nearest(18, 20) == 0
    assert hints.nearest(22, 20) == 1
    assert hints.nearest(10, 2000) == 0
    assert hints.nearest(30, 20, frame=7) == 2
    assert hints.nearest(30, 20, frame=8) is None
    # Straight distance, not the larger or the sum of the two; the topmost of equals.
    assert HintSet([Hint(4, 4, "red"), Hint(0, 5, "red")]).nearest(0, 0) == 1
    assert HintSet([Hint(4, 4, "red"), Hint(0, 6, "red")]).nearest(0, 0) == 0
    assert HintSet([Hint(5, 0, "red"), Hint(0, 5, "red")]).nearest(0, 0) == 1


def test_jumping_goes_round(hints):
    assert [hints.next_after(index) for index in (None, 0, 1, 2)] == [0, 1, 2, 0]
    assert [hints.previous_before(index) for index in (None, 2, 1, 0)] == [2, 1, 0, 2]
    assert HintSet().next_after(None) is None
    assert HintSet().previous_before(None) is None


def test_for_frame(hints):
    assert list(hints.for_frame(0)) == [RED, TEAL]
    assert list(hints.for_frame(7)) == [LATER]
    assert not hints.for_frame(1)


def test_check_inside(hints):
    hints.check_inside(31, 21)
    with pytest.raises(UserError) as caught:
        hints.check_inside(30, 21, "cat\x1b.jpg")
    assert str(caught.value).startswith("Hint 2 at 30,20 lies outside cat")
    assert str(caught.value).endswith("(30 x 21 pixels)")
    assert "\x1b" not in str(caught.value)
    with pytest.raises(UserError, match="Hint 1 at 10,20 lies outside the picture"):
        hints.check_inside(31, 20)


# --- Patches


@pytest.mark.parametrize(
    ("size", "radius"),
    [((1, 1), 1), ((256, 256), 1), ((383, 5000), 1), ((5000, 640), 2), ((6000, 4000), 16)],
)
def test_default_radius(size, radius):
    assert default_radius(*size) == radius


@pytest.mark.parametrize(
    ("hint", "rows", "columns"),
    [
        (Hint(10, 20, "red", 0), (20, 21), (10, 11)),
        (Hint(10, 20, "red", 3), (17, 24), (7, 14)),
        (Hint(10, 20, "red"), (19, 22), (9, 12)),
        (Hint(0, 59, "red", 2), (57, 60), (0, 3)),
        (Hint(79, 0, "red", 2), (0, 3), (77, 80)),
        (Hint(40, 30, "red", 10**9), (0, 60), (0, 80)),
    ],
)
def test_patch(hint, rows, columns):
    assert patch(hint, 80, 60) == (slice(*rows), slice(*columns))


def test_enabled_hints_are_those_that_colour():
    hints = HintSet([Hint(1, 1, "#f00"), Hint(2, 2, "#0f0", enabled=False)])
    assert list(hints.enabled) == [Hint(1, 1, "#f00")]


def test_moving_keeps_a_hint_disabled():
    hints = HintSet([Hint(1, 1, "#f00", 3, 2, enabled=False)]).move(0, 5, 6)
    assert hints[0] == Hint(5, 6, "#f00", 3, 2, enabled=False)


def test_removing_several(hints):
    assert hints.remove(0, -1) == HintSet(hints[1:-1])
    assert hints.remove() == hints
    assert hints.remove(*range(len(hints))) == HintSet()


def test_changing_several(hints):
    changed = hints.change((0, 2, 2), lambda hint: replace(hint, color="#123456"))
    assert [hint.color == "#123456" for hint in changed] == [
        index in (0, 2) for index in range(len(hints))
    ]
    assert [(h.x, h.y, h.frame) for h in changed] == [(h.x, h.y, h.frame) for h in hints]


@pytest.mark.parametrize(
    ("color", "gray"), [("#808080", True), ("black", True), ("#818080", False), ("teal", False)]
)
def test_a_neutral_colour_keeps_a_place_gray(color, gray):
    assert Hint(1, 2, color).gray is gray
