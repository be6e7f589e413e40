"""What is sent of a change: only what differs from what the terminal shows."""

from __future__ import annotations

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui_colorize.tui.canvas.kittycodes import placeholder
from tui_colorize.tui.screenful import Screenful

CONSOLE = Console(color_system="truecolor", force_terminal=True)
RED = Style(color="#ff0000", bgcolor="#000000")
PINK = Style(color="#ff8888", bgcolor="#000000")


def _full(*lines):
    strips = [[Strip([Segment(text, style) for text, style in line])] for line in lines]
    return LayoutUpdate(strips, Region(0, 0, 8, len(lines)))


def _part(row, line, *span):
    strip = Strip([Segment(text, style) for text, style in line])
    return ChopsUpdate([{}] * row + [{0: strip}], [(row, *span)], [[8]] * (row + 1))


def test_only_changed_characters_are_sent():
    screen = Screenful()
    first, drawn = screen.update(_full([("12345678", RED)]), CONSOLE)
    assert first == "\x1b[1;1H\x1b[0;38;2;255;0;0;48;2;0;0;0m12345678"
    assert drawn == [(0, 0, 8)]
    assert screen.update(_full([("12345678", RED)]), CONSOLE) == ("", [])
    # One jump for what is far, the characters between for what is near.
    again, drawn = screen.update(_full([("x2y4567z", RED)]), CONSOLE)
    assert again == "\x1b[1;1Hx2y4567z"
    assert drawn == [(0, 0, 1), (0, 2, 3), (0, 7, 8)]
    changed, _ = screen.update(_full([("x2y4567", RED), ("z", PINK)]), CONSOLE)
    assert changed == "\x1b[1;8H\x1b[38;2;255;136;136mz"


def test_a_part_is_sent_from_where_it_changes():
    screen = Screenful()
    screen.update(_full([("12345678", RED)]), CONSOLE)
    assert screen.update(_part(0, [("12345abc", RED)], 2, 7), CONSOLE)[0] == "\x1b[1;6Hab"
    assert screen.columns_of("8", 0, 0, 10) == [7]


def test_of_very_much_the_rest_comes_later(monkeypatch):
    monkeypatch.setattr("tui_colorize.tui.screenful._MOST", 10)
    screen, update = Screenful(), _full(*[[("12345678", RED)]] * 5)
    sent, drawn = screen.update(update, CONSOLE)
    assert sent.count("12345678") == 2
    while screen.unsent:
        sent, spans = screen.rest()
        assert 0 < sent.count("12345678") <= 2
        drawn += spans
    assert drawn == [(row, 0, 8) for row in range(5)]
    assert screen.update(update, CONSOLE) == ("", [])


def test_wide_characters_are_sent_whole():
    screen = Screenful()
    screen.update(_full([("ab漢字cd", RED)]), CONSOLE)
    assert screen.update(_full([("ab漢語cd", RED)]), CONSOLE)[0] == "\x1b[1;5H語"
    assert screen.update(_full([("abcdefcd", RED)]), CONSOLE)[0] == "\x1b[1;3Hcdef"


def test_what_is_forgotten_is_sent_again():
    screen = Screenful()
    first, _ = screen.update(_full([("12345678", RED)]), CONSOLE)
    screen.forget()
    assert screen.columns_of("1", 0, 0, 10) == []
    assert screen.update(_full([("12345678", RED)]), CONSOLE)[0] == first


def test_cells_can_be_drawn_again_as_they_are():
    screen = Screenful()
    screen.update(_full([("1234", RED), ("5678", PINK)]), CONSOLE)
    assert screen.again([(1, 0), (5, 0)]) == "\x1b[1;6H6\x1b[2G\x1b[38;2;255;0;0m2"


def test_changes_are_written_in_the_order_that_takes_the_fewest_bytes():
    screen = Screenful()
    screen.update(_full([("12345678", RED)], [("12345678", PINK)], [("1234567", RED)]), CONSOLE)
    after = [("1x345678", RED)], [("1x345678", PINK)], [("1x34567", RED)]
    assert screen.update(_full(*after), CONSOLE)[0] == (
        "\x1b[2;2Hx\b\x1b[A\x1b[38;2;255;0;0mx\b\x1b[2Bx"
    )


def test_blanks_need_no_ink():
    screen = Screenful()
    screen.update(_full([("12345678", RED)]), CONSOLE)
    screen.update(_full([("1234567", RED), ("x", PINK)]), CONSOLE)
    blank = _full([("1 34567", RED), ("x", PINK)])
    assert screen.update(blank, CONSOLE)[0] == "\x1b[1;2H "
    grounds = Style(color="#ff0000", bgcolor="#0000ff")
    other = _full([("1", RED), (" ", grounds), ("34567", RED), ("x", PINK)])
    assert screen.update(other, CONSOLE)[0] == "\x1b[1;2H\x1b[48;2;0;0;255m "
    pink = Style(color="#ff8888", bgcolor="#0000ff")
    seen = _full([("1", RED), ("y", pink), ("34567", RED), ("x", PINK)])
    assert screen.update(seen, CONSOLE)[0] == "\x1b[1;2Hy"


@pytest.mark.parametrize("ink", ["#1f3050", "#1f0230", "#300230", "#303030"])
def test_colours_with_the_number_48_are_whole(ink):
    screen = Screenful()
    one, other = (Style(color=ink, bgcolor=ground) for ground in ("#300230", "#303030"))
    screen.update(_full([("1234567", one), ("x", other)]), CONSOLE)
    changed, _ = screen.update(_full([("1234567", other), ("x", other)]), CONSOLE)
    assert changed == "\x1b[1;1H1234567"
    back, _ = screen.update(_full([("1234567", one), ("x", other)]), CONSOLE)
    assert back == "\x1b[1;1H\x1b[48;2;48;2;48m1234567"


def test_behind_the_last_column_nothing_is_taken_for_granted():
    screen = Screenful()
    screen.update(_full([("12345678", RED)], [("12345678", RED)]), CONSOLE)
    after = _full([("1234567x", RED)], [("1234567x", RED)])
    assert screen.update(after, CONSOLE)[0] == "\x1b[1;8Hx\x1b[2;8Hx"


def test_placeholders_are_gone_wherever_text_takes_their_place():
    """Whichever of two neighbouring parts is written first, neither brings back what was there."""
    screen = Screenful()
    screen.update(_full([(placeholder(0, column), RED) for column in range(8)]), CONSOLE)
    strips = {start: Strip([Segment(text, PINK)]) for start, text in ((0, "abcd"), (4, "efgh"))}
    sent, _ = screen.update(ChopsUpdate([strips], [(0, 0, 8)], [[4, 8]]), CONSOLE)
    assert "abcd" in sent
    assert "efgh" in sent
    assert placeholder(0, 4)[0] not in sent


def test_placeholders_that_go_on_are_sent_without_their_numbers():
    screen = Screenful()
    cells = [placeholder(2, column) for column in range(6)]
    sent, _ = screen.update(_full([("".join(cells), RED), ("78", PINK)]), CONSOLE)
    assert f"m{cells[0]}{cells[0][0] * 5}\x1b[" in sent
    # Behind a jump, other text, another ink or another row of the picture the numbers are needed.
    sent, _ = screen.update(_full([("".join(cells[1:]) + cells[0], RED), ("78", PINK)]), CONSOLE)
    assert sent.count(cells[0]) == 1
    sent, _ = screen.update(_full([(f"{cells[0]}xx{cells[3]}1234", RED)]), CONSOLE)
    assert "xx" + cells[3] in sent
    # Even where it does not change itself, once its neighbour does.
    screen.update(_full([("".join(cells), RED), ("78", PINK)]), CONSOLE)
    sent, _ = screen.update(_part(0, [(cells[0] + "x", RED)], 0, 2), CONSOLE)
    assert sent == f"\x1b[1;2H\x1b[38;2;255;0;0mx{cells[2]}"
    sent, _ = screen.update(
        _full([(cells[0], RED), (cells[1], PINK), (cells[2] + placeholder(3, 3), PINK)]), CONSOLE
    )
    assert cells[1] in sent
    assert placeholder(3, 3) in sent
