"""Files of hints with every way to be wrong."""

from __future__ import annotations

import json

import pytest

from tui_colorize.errors import UserError
from tui_colorize.hintfile import read_hints, write_hints
from tui_colorize.hints import HintSet

from .makers import HEADER, refusal

KNOWN = "(known, separated by commas: frame, x, y, color, radius)"
BAD_NUMBERS = [
    ("12.5", "12.5 is not a whole number"),
    ("1e3", "1e3 is not a whole number"),
    ("-3", "-3 is negative"),
    ("NaN", "NaN is not a whole number"),
    ("Infinity", "Infinity is not a whole number"),
    ("2147483648", "2147483648 is too large"),
    ("9" * 6000, "9" * 40 + "… is too large"),
]


def test_the_picture_bounds_the_hints(file):
    path = file("x,y,color\n0,0,red\n639,479,red\n")
    assert len(read_hints(path, (640, 480))) == 2
    assert refusal(path, (639, 480)) == (
        "hints.csv, line 3, column 'x': 639 is outside the picture, which is 639 pixels wide"
    )
    assert refusal(path, (640, 479)) == (
        "hints.csv, line 3, column 'y': 479 is outside the picture, which is 479 pixels high"
    )
    path = file('[{"x": 5, "y": 6, "color": "red"}]')
    assert refusal(path, (5, 9)) == (
        "hints.csv, element 1, column 'x': 5 is outside the picture, which is 5 pixels wide"
    )


@pytest.mark.parametrize("column", ["frame", "x", "y", "radius"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *BAD_NUMBERS,
        ("inf", "inf is not a whole number"),
        ("+3", "+3 is not a whole number"),
        ("0x10", "0x10 is not a whole number"),
        ("1_000", "1_000 is not a whole number"),
        ("١٢", "١٢ is not a whole number"),
        ("abc", "abc is not a whole number"),
        ("1 2", "1 2 is not a whole number"),
    ],
)
def test_bad_numbers_in_csv(file, column, value, problem):
    record = {"frame": "0", "x": "1", "y": "2", "color": "red", "radius": "3"}
    good = ",".join(record.values())
    bad = ",".join({**record, column: value}.values())
    path = file(f"{HEADER}{good}\n{bad}\n")
    assert refusal(path) == f"hints.csv, line 3, column '{column}': {problem}"


@pytest.mark.parametrize("column", ["frame", "x", "y", "radius"])
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *BAD_NUMBERS,
        ("-Infinity", "-Infinity is not a whole number"),
        ("true", "true is not a number"),
        ('"12"', '"12" is not a number'),
        ("[1]", "a list is not a number"),
        ("{}", "an object is not a number"),
    ],
)
def test_bad_numbers_in_json(file, column, value, problem):
    record = {"frame": "0", "x": "1", "y": "2", "color": '"red"', "radius": "3", column: value}
    bad = ", ".join(f'"{key}": {text}' for key, text in record.items())
    path = file(f'[{{"x": 1, "y": 1, "color": "red"}},\n {{{bad}}}]')
    assert refusal(path) == f"hints.csv, element 2, column '{column}': {problem}"


@pytest.mark.parametrize("column", ["frame", "x", "y"])
def test_only_the_radius_may_be_empty(file, column):
    record = {"frame": "0", "x": "1", "y": "2", "color": "red", "radius": "", column: ""}
    path = file(HEADER + ",".join(record.values()))
    assert refusal(path) == f"hints.csv, line 2, column '{column}': a number is missing"
    path = file(json.dumps([{"x": 1, "y": 2, "color": "red", column: None}]))
    assert refusal(path) == f"hints.csv, element 1, column '{column}': null is not a number"


def test_bad_colors(file):
    expected = "column 'color': 'reddish' is not a colour: write #rrggbb, #rgb or a CSS name"
    assert expected in refusal(file("x,y,color\n1,2,red\n\n1,2,reddish\n"))
    assert "line 4" in refusal(file("x,y,color\n1,2,red\n\n1,2,reddish\n"))
    assert expected in refusal(file('[{"x": 1, "y": 2, "color": "reddish"}]'))
    assert "column 'color': '' is not a colour" in refusal(file("x,y,color\n1,2,\n"))
    for value, shown in (("12", "the number 12"), ("null", "null"), ('["red"]', "a list")):
        assert refusal(file(f'[{{"x": 1, "y": 2, "color": {value}}}]')) == (
            f"hints.csv, element 1, column 'color': {shown} is not a string"
        )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x,y,color,size\n", f"line 1: unknown column 'size' {KNOWN}"),
        ("\nx,y,colour\n", f"line 2: unknown column 'colour' {KNOWN}"),
        ("x;y;color\n1;2;red\n", f"line 1: unknown column 'x;y;color' {KNOWN}"),
        ("1,2,red\n", f"line 1: unknown column '1' {KNOWN}"),
        ("# made by hand\nx,y,color\n", f"line 1: unknown column '# made by hand' {KNOWN}"),
        ("x,y,color,\n", f"line 1: unknown column '' {KNOWN}"),
        ("x,y,color,x\n", "line 1: column 'x' stands there twice"),
        ("x,color\n", "line 1: column 'y' is missing"),
        ("frame,radius\n", "line 1: column 'x' is missing"),
        ("x,y,color\n1,2\n", "line 2: 2 fields where the header has 3"),
        ("x,y,color\n1,2,red,4\n", "line 2: 4 fields where the header has 3"),
        ("x,y,color\n1,2,red\n#1,2,red,4\n", "line 3: 4 fields where the header has 3"),
        ("x,y,color\n,,\n", "line 2, column 'x': a number is missing"),
        ('x,y,color\n1,2,"red\n3,4,red\n', "line 2: this is not CSV: unexpected end of data"),
        ('x,y,color\n1,2,"red"x\n', "line 2: this is not CSV: ',' expected after '\"'"),
        ('x,y,color\n1,"2\n\n",red\n3,x,red\n', "line 5, column 'y': x is not a whole number"),
    ],
)
def test_csv_of_the_wrong_form(file, text, problem):
    assert refusal(file(text)) == f"hints.csv, {problem}"


def test_csv_with_a_giant_field(file):
    message = refusal(file("x,y,color\n1,2," + "a" * 200_000))
    assert message.startswith("hints.csv, line 2: this is not CSV: field larger than")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"x": 1,}]', ", line 1, column 10: this is not JSON: "),
        ('[\n  {"x": 1 "y"}\n]', ", line 2, column 11: this is not JSON: "),
        ("[", ", line 1, column 2: this is not JSON: "),
        ("[] []", ", line 1, column 4: this is not JSON: Extra data"),
        ("[" * 100_000, ": nested too deep for a hint file"),
        ("[1]", ", element 1: a hint must be an object, not the number 1"),
        ("[true]", ", element 1: a hint must be an object, not true"),
        ('["x"]', ', element 1: a hint must be an object, not "x"'),
        ("[[]]", ", element 1: a hint must be an object, not a list"),
        ('{"hints": {}}', ": the hints must be a list, not an object"),
        ('{"hints": null}', ": the hints must be a list, not null"),
        ("{}", ' must hold a list of hints or {"hints": that list}'),
        ('{"hints": [], "size": 1}', ' must hold a list of hints or {"hints": that list}'),
        ('{"x": 1, "y": 2, "color": "red"}', ' must hold a list of hints or {"hints": that list}'),
        ('[{"x": 1, "x": 2, "y": 2, "color": "red"}]', ": 'x' stands twice in one object"),
        ('[{"x": 1, "y": 2}]', ", element 1: column 'color' is missing"),
        ('[{"x": 1, "y": 2, "color": "red", "r": 1}]', f", element 1: unknown column 'r' {KNOWN}"),
    ],
)
def test_json_of_the_wrong_form(file, text, problem):
    message = refusal(file(text, "hints.json"))
    if problem.endswith("JSON: "):  # the rest is Python's own and changes with its version
        assert message.startswith(f"hints.json{problem}")
    else:
        assert message == f"hints.json{problem}"


@pytest.mark.parametrize("content", [b"", b" \n\n\t\r\n", b"\xef\xbb\xbf"])
def test_an_empty_file(file, content):
    assert refusal(file(content)) == "hints.csv is empty"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"x,y,color\n1,2,r\xe9d\n", "line 2: this is not UTF-8 text"),
        (b"\xef\xbb\xbfx,y,color\n1,2,red\n\n\xff", "line 4: this is not UTF-8 text"),
        (b'[{"color": "\xff"}]', "line 1: this is not UTF-8 text"),
        (b"x,y,color\n1,2,red\0\n", "line 2: a NUL byte, so this is not a text file"),
        ("x,y,color\n".encode("utf-16"), "line 1: a NUL byte, so this is not a text file"),
    ],
)
def test_what_is_not_text(file, content, problem):
    assert refusal(file(content)) == f"hints.csv, {problem}"


def test_a_file_too_large(file):
    path = file(b"[" + b" " * (16 * 2**20 - 2) + b"]")
    assert read_hints(path) == HintSet()
    with path.open("ab") as more:
        more.write(b"\n")
    assert refusal(path) == "hints.csv is larger than 16 MiB: not a hint file"


def test_files_that_cannot_be_read(tmp_path):
    assert refusal(tmp_path / "gone.csv") == "gone.csv: there is no such file"
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert refusal(folder) == "folder.csv is a folder, not a hint file"
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    assert refusal(loop).startswith("loop.csv cannot be read: ")
    with pytest.raises(UserError, match="cannot be read"):
        read_hints("nul\0.csv")


def test_the_names_of_files_are_made_printable(tmp_path):
    path = tmp_path / "evil\x1b[2J\n.csv"
    for act in (lambda: read_hints(path), lambda: write_hints(path / "x.csv", HintSet())):
        with pytest.raises(UserError) as caught:
            act()
        assert str(caught.value).isprintable()
    path.write_text("x,y,color\n1,2,\x1b[31mred\n")
    with pytest.raises(UserError) as caught:
        read_hints(path)
    assert str(caught.value).isprintable()
