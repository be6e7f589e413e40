"""Named palettes: GIMP files in, kept by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_colorize.errors import UserError
from tui_colorize.palette import Palette, read_gpl, remove_palette, save_palette, saved_palettes

GIMP = """GIMP Palette
Name: Old film
Columns: 4
#
# skin
201 143  94	Skin
  0   0   0	Black
255 255 255
 58 123 213  Sky and sea
"""


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch) -> Path:
    """Palettes are kept here, not in the home of whoever runs the tests."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def gpl(tmp_path):
    def write(text: str, name: str = "film.gpl") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_palette_of_gimp(gpl):
    palette = read_gpl(gpl(GIMP))
    assert palette == Palette("Old film", ("#c98f5e", "#000000", "#ffffff", "#3a7bd5"))


def test_without_a_name_it_has_that_of_the_file(gpl):
    assert read_gpl(gpl("GIMP Palette\r\n1 2 3\r\n")) == Palette("film", ("#010203",))


def test_a_colour_counts_once(gpl):
    assert read_gpl(gpl("GIMP Palette\n1 2 3 a\n4 5 6 b\n1 2 3 c\n")).colors == (
        "#010203",
        "#040506",
    )


def test_a_name_that_cannot_name_a_file_is_changed(gpl):
    text = "GIMP Palette\nName: ../a/b\x1b[31m" + "x" * 80 + "\n1 2 3\n"
    name = read_gpl(gpl(text)).name
    assert "/" not in name
    assert "\x1b" not in name
    assert not name.startswith(".")
    assert len(name) <= 60


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a GIMP palette"),
        ("JASC-PAL\n0100\n", "not a GIMP palette"),
        ("GIMP Palette\n", "at least one colour"),
        ("GIMP Palette\n1 2\n", "line 2"),
        ("GIMP Palette\n\n1 2 3\n1 2 256 blue\n", "line 4"),
        ("GIMP Palette\n-1 2 3\n", "line 2"),
        ("GIMP Palette\n1 2 3x\n", "line 2"),
        ("GIMP Palette\n" + "".join(f"{i % 256} {i // 256} 0\n" for i in range(1025)), "1024"),
    ],
)
def test_a_bad_palette_is_one_sentence(gpl, text, problem):
    with pytest.raises(UserError) as error:
        read_gpl(gpl(text))
    assert "film.gpl" in str(error.value)
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


def test_no_palette_at_all(tmp_path):
    for path in (tmp_path / "none.gpl", tmp_path):
        with pytest.raises(UserError, match=path.name):
            read_gpl(path)


@pytest.mark.parametrize("name", ["", "  ", "a/b", ".hidden", "x" * 61])
def test_names_that_cannot_be_kept(name):
    with pytest.raises(UserError):
        Palette(name, ("#000000",))


def test_saved_palettes_come_back_by_name():
    assert saved_palettes() == []
    sea = Palette("Sea", ("#3a7bd5", "#008080"))
    save_palette(Palette("autumn", ("#c98f5e",)))
    save_palette(Palette("Sea", ("#ffffff",)))
    save_palette(sea)
    assert saved_palettes() == [Palette("autumn", ("#c98f5e",)), sea]
    remove_palette("autumn")
    remove_palette("autumn")
    assert saved_palettes() == [sea]


def test_a_damaged_file_hides_no_other(data_home):
    save_palette(Palette("Sea", ("#3a7bd5",)))
    (data_home / "tui-colorize" / "palettes" / "bad.gpl").write_bytes(b"\0\xff")
    assert [palette.name for palette in saved_palettes()] == ["Sea"]


def test_where_nothing_can_be_kept(data_home):
    data_home.write_text("a file")
    with pytest.raises(UserError, match="cannot be written"):
        save_palette(Palette("Sea", ("#3a7bd5",)))
