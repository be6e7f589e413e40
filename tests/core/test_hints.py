"""tui_colorize.hints: hints, sets of them, patches, and files with every way to be wrong."""

from __future__ import annotations

import json
import pickle
import stat

import numpy as np
import pytest

from tui_colorize.errors import UserError
from tui_colorize.hints import Hint, HintSet, default_radius, patch, read_hints, write_hints

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


# --- Files


@pytest.fixture
def file(tmp_path):
    """Writes a file (text or bytes) and gives its path."""

    def write(content, name="hints.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def refusal(path, size=None) -> str:
    """The message with which the file is refused, from the file's name on."""
    with pytest.raises(UserError) as caught:
        read_hints(path, size)
    message = str(caught.value)
    assert message.isprintable()
    return message[message.index(path.name) :]


@pytest.mark.parametrize("name", ["hints.csv", "hints.JSON"])
def test_files_round_trip(tmp_path, hints, name):
    for content in (hints, HintSet()):
        write_hints(tmp_path / name, content)
        assert read_hints(tmp_path / name) == content
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_csv_as_written(tmp_path, hints):
    write_hints(tmp_path / "h.csv", hints)
    assert (tmp_path / "h.csv").read_bytes() == (
        b"frame,x,y,color,radius\n0,10,20,#ff0000,\n0,30,20,#008080,5\n7,10,20,#ffffff,\n"
    )


def test_json_as_written(tmp_path, hints):
    write_hints(str(tmp_path / "h.json"), hints)
    text = (tmp_path / "h.json").read_text()
    assert json.loads(text)[:2] == [
        {"frame": 0, "x": 10, "y": 20, "color": "#ff0000"},
        {"frame": 0, "x": 30, "y": 20, "color": "#008080", "radius": 5},
    ]
    assert len(text.splitlines()) == 5


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


BAD_NUMBERS = [
    ("12.5", "12.5 is not a whole number"),
    ("1e3", "1e3 is not a whole number"),
    ("-3", "-3 is negative"),
    ("NaN", "NaN is not a whole number"),
    ("Infinity", "Infinity is not a whole number"),
    ("2147483648", "2147483648 is too large"),
    ("9" * 6000, "9" * 40 + "… is too large"),
]


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


KNOWN = "(known, separated by commas: frame, x, y, color, radius)"


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


@pytest.mark.parametrize("name", ["hints", "hints.txt", "csv"])
def test_writing_wants_a_known_suffix(tmp_path, hints, name):
    with pytest.raises(UserError, match=r"ends in \.csv or \.json$"):
        write_hints(tmp_path / name, hints)
    assert list(tmp_path.iterdir()) == []


def test_writing_replaces_and_keeps_the_mode(tmp_path, hints):
    path = tmp_path / "h.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_hints(path, hints)
    assert read_hints(path) == hints
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path, hints):
    (tmp_path / "other").touch()
    write_hints(tmp_path / "h.csv", hints)
    assert (tmp_path / "h.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_writing_through_a_link_keeps_the_link(tmp_path, hints):
    (tmp_path / "real").mkdir()
    link = tmp_path / "h.csv"
    link.symlink_to(tmp_path / "real" / "h.csv")
    write_hints(link, hints)
    assert link.is_symlink()
    assert read_hints(tmp_path / "real" / "h.csv") == hints


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, hints, monkeypatch):
    path = tmp_path / "h.csv"
    write_hints(path, hints)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError, match=r"h\.csv cannot be written: no space left on device$"):
        write_hints(path, HintSet())
    assert read_hints(path) == hints
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_no_other(tmp_path, hints, monkeypatch):
    path = tmp_path / "h.json"
    write_hints(path, hints)

    def interrupt(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_hints(path, HintSet())
    assert read_hints(path) == hints
    assert list(tmp_path.iterdir()) == [path]


def test_where_nothing_can_be_written(tmp_path, hints):
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for path in (folder, tmp_path / "gone" / "h.csv", tmp_path / "nul\0.csv"):
        with pytest.raises(UserError, match="cannot be written"):
            write_hints(path, hints)
    assert list(tmp_path.iterdir()) == [folder]
