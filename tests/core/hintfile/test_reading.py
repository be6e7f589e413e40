"""Reading hints: CSV and JSON, in all the forms that they are taken in."""

from __future__ import annotations

import pytest

from tui_colorize.hintfile import read_hints
from tui_colorize.hints import Hint, HintSet

from .makers import HEADER, RED, refusal


@pytest.mark.parametrize(
    "text",
    [
        "x,y,color\n10,20,#f00\n30,20,teal\n",
        "color,frame,y,x\n#ff0000,0,20,10\nTeal,0,20,30",
        "\ufeffx,y,color\n10,20,#f00\n30,20,teal\n",
        "x,y,color\r\n10,20,#f00\r\n\r\n30,20,teal\r\n",
        "x,y,color\r10,20,#f00\r30,20,teal\r",
        "\n\n x , y , color \n\n10 , 20 , #f00\n   \n30,20,teal\n\n",
        '"x","y","color"\n"10","20","#f00"\n30, "20", "teal"\n',
        "x,y,color,radius\n10,20,#f00,\n30,20,teal,\n",
        "x,y,color\n010,0000000000000020,#f00\n30,20,teal\n",
        '[{"x": 10, "y": 20, "color": "#f00"}, {"y": 20, "x": 30, "color": "teal", "frame": 0}]',
        '\n {"hints": [{"x": 10, "y": 20, "color": "#f00", "radius": null},'
        ' {"x": 30, "y": 20, "color": "teal"}]}\n',
        '\ufeff[{"x":10,"y":20,"color":"red"},{"x":30,"y":20,"color":"teal"}]',
    ],
)
def test_what_is_read(file, text):
    # By content, not by name.
    for name in ("hints.csv", "hints.json", "hints"):
        assert list(read_hints(file(text, name))) == [RED, Hint(30, 20, "teal")]


@pytest.mark.parametrize("text", ["x,y,color\n", "[]", '{"hints": []}'])
def test_no_hints_are_no_error(file, text):
    assert read_hints(file(text)) == HintSet()


def test_all_columns(file):
    path = file(HEADER + "7,1,2,#abc,0\n")
    assert list(read_hints(path)) == [Hint(1, 2, "#aabbcc", 0, 7)]
    path = file('[{"frame": 7, "x": 1, "y": 2, "color": "#abc", "radius": 0}]')
    assert list(read_hints(path)) == [Hint(1, 2, "#aabbcc", 0, 7)]


def test_the_last_of_hints_on_one_point_counts(file):
    path = file("x,y,color\n1,2,red\n3,4,blue\n1,2,lime\n")
    assert list(read_hints(path)) == [Hint(1, 2, "lime"), Hint(3, 4, "blue")]


def test_enabled_is_for_json_and_true_or_false(file):
    path = file('[{"x": 1, "y": 2, "color": "red", "enabled": true}]')
    assert read_hints(path) == HintSet([Hint(1, 2, "red")])
    for value, shown in (("1", "the number 1"), ('"no"', '"no"'), ("null", "null")):
        path = file(f'[{{"x": 1, "y": 2, "color": "red", "enabled": {value}}}]')
        assert refusal(path) == (
            f"hints.csv, element 1, column 'enabled': {shown} is not true or false"
        )
    assert "unknown column 'enabled'" in refusal(file("x,y,color,enabled\n1,2,red,1\n"))
