"""tui_colorize.color: parsing, names, the gamut at a lightness, CIEDE2000."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import ImageColor

from model.color import lab_to_rgb, rgb_to_lab
from tui_colorize.color import (
    at_lightness,
    ciede2000,
    color_name,
    fit_gamut,
    hex_to_lab,
    hex_to_rgb,
    lab_to_hex,
    max_chroma,
    parse_color,
    rgb_to_hex,
)
from tui_colorize.errors import UserError


@pytest.fixture(scope="module")
def cube() -> np.ndarray:
    """Every 17th 8-bit value of each component, (4096, 3)."""
    steps = np.arange(0, 256, 17)
    return np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#3a7bd5", "#3a7bd5"),
        ("#3A7BD5", "#3a7bd5"),
        ("  #3a7bd5\n", "#3a7bd5"),
        ("#F80", "#ff8800"),
        ("teal", "#008080"),
        ("RebeccaPurple", "#663399"),
        ("grey", "#808080"),
        ("gray", "#808080"),
        ("lightgoldenrodyellow", "#fafad2"),
    ],
)
def test_parse_color(text, expected):
    assert parse_color(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "#12",
        "#1234",
        "#12345",
        "#1234567",
        "#12345678",
        "#gggggg",
        "3a7bd5",
        "#fff #fff",
        "#١٢٣",
        "#fff\0",
        "transparent",
        "none",
        "currentcolor",
        "rgb(1,2,3)",
    ],
)
def test_parse_color_refuses(text):
    with pytest.raises(UserError, match="is not a colour: write #rrggbb, #rgb or a CSS name"):
        parse_color(text)


@pytest.mark.parametrize("value", [None, pytest.param(10**5000, id="huge"), (1, 2, 3), b"#ffffff"])
def test_parse_color_refuses_what_is_not_text(value):
    with pytest.raises(UserError, match="A colour is text such as"):
        parse_color(value)


def test_refusal_is_one_short_printable_line():
    with pytest.raises(UserError) as caught:
        parse_color("\x1b[31mred\n" + "x" * 10_000)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 200


def test_every_css_name():
    assert len(ImageColor.colormap) == 148
    for name in list(ImageColor.colormap):
        # Pillow rewrites its table on use; both forms must be read.
        assert hex_to_rgb(name) == ImageColor.getrgb(name)


def test_names_survive_pillows_own_cache():
    """Pillow replaces a table entry by a tuple when somebody asks it for that colour."""
    code = (
        "from PIL import ImageColor; ImageColor.getrgb('teal');"
        "from tui_colorize.color import parse_color; assert parse_color('teal') == '#008080'"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hex_and_rgb():
    assert hex_to_rgb("#3a7bd5") == (58, 123, 213)
    assert rgb_to_hex(58, 123, 213) == "#3a7bd5"
    assert rgb_to_hex(*np.array([0, 1, 255], np.uint8)) == "#0001ff"


@pytest.mark.parametrize("rgb", [(256, 0, 0), (0, -1, 0)])
def test_rgb_to_hex_refuses(rgb):
    with pytest.raises(ValueError, match="range"):
        rgb_to_hex(*rgb)


def test_hex_to_lab_is_the_models_lab():
    lab = hex_to_lab("#ff0000")
    assert lab == pytest.approx((53.24, 80.09, 67.20), abs=0.03)
    assert all(type(value) is float for value in lab)


def test_every_hex_survives_lab(cube):
    for red, green, blue in cube[::5].tolist():
        color = rgb_to_hex(red, green, blue)
        assert lab_to_hex(*hex_to_lab(color)) == color


def test_lab_to_hex_beyond_black_and_white():
    assert lab_to_hex(120, 30, -20) == "#ffffff"
    assert lab_to_hex(-20, 30, 20) == "#000000"
    assert lab_to_hex(0, 30, 20) == "#000000"
    assert lab_to_hex(100, 30, 20) == "#ffffff"


def test_colors_in_gamut_stay_exactly(cube):
    lightness, a, b = rgb_to_lab(*(cube.T / 255))
    fitted_a, fitted_b = fit_gamut(lightness, a, b)
    assert (fitted_a == a).all()
    assert (fitted_b == b).all()


def test_fit_gamut_is_inside_keeps_hue_and_reaches_the_boundary():
    rng = np.random.default_rng(1)
    lightness = rng.uniform(1, 99, (40, 50))
    a, b = rng.uniform(-160, 160, (2, 40, 50))
    fitted_a, fitted_b = fit_gamut(lightness, a, b)
    rgb = np.stack(lab_to_rgb(lightness, fitted_a, fitted_b))
    assert rgb.min() > -2e-6
    assert rgb.max() < 1 + 1e-6
    chroma, fitted = np.hypot(a, b), np.hypot(fitted_a, fitted_b)
    assert (fitted <= chroma).all()
    assert fitted_a * b == pytest.approx(fitted_b * a, abs=1e-8)
    assert (fitted_a * a >= 0).all()
    moved = fitted < chroma
    assert moved.mean() > 0.5
    # A touch more chroma would leave the gamut.
    more = np.stack(lab_to_rgb(lightness, fitted_a * 1.001, fitted_b * 1.001))[:, moved]
    assert ((more.min(axis=0) < 0) | (more.max(axis=0) > 1)).all()


def test_fit_gamut_does_not_depend_on_the_company():
    """Planes larger than one block and single colours give the same."""
    lightness = np.linspace(0, 100, 9001).reshape(9001, 1)
    a, b = fit_gamut(lightness, 90.0, np.array([-90.0, 40.0]))
    assert a.shape == b.shape == (9001, 2)
    for row in (0, 1234, 5000, 9000):
        alone = fit_gamut(float(lightness[row, 0]), 90.0, 40.0)
        assert (float(alone[0]), float(alone[1])) == (a[row, 1], b[row, 1])


def test_fit_gamut_of_huge_chroma_and_of_nothing():
    a, b = fit_gamut(50.0, 3e6, 4e6)
    assert float(b / a) == pytest.approx(4 / 3)
    assert float(np.hypot(a, b)) == pytest.approx(
        float(max_chroma(50.0, np.degrees(np.arctan2(4, 3)))), abs=1e-6
    )
    empty, _ = fit_gamut(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)))
    assert empty.shape == (0, 3)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lightness", [-5.0, 105.0])
def test_nothing_is_inside_beyond_black_and_white(lightness):
    a, b = fit_gamut(lightness, np.array([0.0, 20.0]), np.array([0.0, -20.0]))
    assert a == pytest.approx(0, abs=1e-6)
    assert b == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("color", ["#ff0000", "#00ff00", "#0000ff", "#00ffff", "#ff00ff"])
def test_the_corners_have_the_largest_chroma_of_their_hue(color):
    lightness, a, b = hex_to_lab(color)
    assert float(max_chroma(lightness, np.degrees(np.arctan2(b, a)))) == pytest.approx(
        np.hypot(a, b), abs=1e-3
    )


def test_hues_that_leave_the_gamut_and_come_back():
    """Pale yellow: inside up to chroma 40 and again about 96."""
    hue = np.radians(102)
    chroma = np.array([30.0, 70.0, 95.0, 120.0])
    a, b = fit_gamut(96.0, chroma * np.cos(hue), chroma * np.sin(hue))
    kept = np.hypot(a, b)
    assert kept[0] == pytest.approx(30)
    assert 37 < kept[1] < 43
    assert kept[2] == pytest.approx(95)
    assert 95 < kept[3] < 97
    assert float(max_chroma(96.0, 102.0)) == pytest.approx(kept[3], abs=1e-6)


def test_max_chroma_broadcasts_and_vanishes_at_the_ends():
    chroma = max_chroma(np.array([[0.0], [50.0], [100.0]]), np.arange(0, 360, 30))
    assert chroma.shape == (3, 12)
    assert chroma[0] == pytest.approx(0, abs=0.01)
    assert chroma[1].min() > 20
    assert chroma[2] == pytest.approx(0, abs=0.01)


def test_at_lightness_keeps_lightness_and_hue():
    color = at_lightness("teal", 70)
    lightness, a, b = hex_to_lab(color)
    _, want_a, want_b = hex_to_lab("teal")
    assert lightness == pytest.approx(70, abs=0.3)
    assert (a, b) == pytest.approx((want_a, want_b), abs=0.6)
    assert at_lightness("teal", hex_to_lab("teal")[0]) == "#008080"


def test_at_lightness_reduces_chroma_where_it_must():
    lightness, a, b = hex_to_lab(at_lightness("#ff0000", 90))
    _, want_a, want_b = hex_to_lab("#ff0000")
    assert lightness == pytest.approx(90, abs=0.3)
    assert np.hypot(a, b) < 30
    assert np.arctan2(b, a) == pytest.approx(np.arctan2(want_b, want_a), abs=0.05)


def test_at_lightness_refuses_a_bad_color():
    with pytest.raises(UserError, match="'tael' is not a colour"):
        at_lightness("tael", 50)


# Sharma, Wu & Dalal 2005, table 1: two Lab colours and their difference.
SHARMA = np.loadtxt(
    """
    50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
    50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
    50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
    50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
    50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
    50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
    50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
    50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
    50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
    50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
    50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
    50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
    50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
    50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
    50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
    50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
    50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
    50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
    50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
    50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
    50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
    60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
    63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
    61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
    35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
    22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
    36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
    90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
    90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
    6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
    2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
    """.strip().splitlines()
)


def test_ciede2000_gives_the_papers_differences():
    one, other, expected = SHARMA[:, :3], SHARMA[:, 3:6], SHARMA[:, 6]
    assert len(expected) == 34
    assert ciede2000(one, other) == pytest.approx(expected, abs=5e-5)
    assert ciede2000(other, one) == pytest.approx(expected, abs=5e-5)


@pytest.mark.filterwarnings("error")
def test_ciede2000_of_equal_colors_is_zero():
    assert float(ciede2000((50, 0, 0), (50, 0, 0))) == 0
    assert ciede2000(SHARMA[:, :3], SHARMA[:, :3]).max() == 0


def test_ciede2000_broadcasts():
    table = ciede2000(SHARMA[:, None, :3], SHARMA[None, :, 3:6])
    assert table.shape == (34, 34)
    assert np.diag(table) == pytest.approx(SHARMA[:, 6], abs=5e-5)


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#008080", "teal"),
        ("#018181", "teal"),
        ("#808080", "gray"),
        ("#00ffff", "aqua"),
        ("#ff00ff", "fuchsia"),
        ("#fff", "white"),
        ("#fe0102", "red"),
        ("grey", "gray"),
        ("#3a6be5", "royalblue"),
    ],
)
def test_color_name(color, name):
    assert color_name(color) == name


def test_every_css_color_is_named_as_itself():
    for name in list(ImageColor.colormap):
        assert parse_color(color_name(name)) == parse_color(name)


def test_color_name_refuses_a_bad_color():
    with pytest.raises(UserError, match="not a colour"):
        color_name("#12")


def test_import_waits_for_nothing_heavy():
    code = (
        "import sys, tui_colorize.color, tui_colorize.hints, tui_colorize.history;"
        "sys.exit(str({'torch', 'textual', 'PIL', 'cv2'} & set(sys.modules) or ''))"
    )
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert result.stderr.decode().strip() == ""
