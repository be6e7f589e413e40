"""model.color: published values, exactness on gray, round trips, numpy and torch alike."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from model.color import (
    AB_SCALE,
    RGB_TO_XYZ,
    WHITE,
    lab_to_linear_rgb,
    lab_to_rgb,
    lightness_to_luminance,
    linear_to_srgb,
    luminance_to_lightness,
    rgb_to_lab,
    srgb_to_linear,
)


@pytest.fixture
def colors() -> np.ndarray:
    """A 17-step grid of the whole sRGB cube, (3, 4913), 0..1."""
    steps = np.linspace(0, 1, 17)
    return np.stack(np.meshgrid(steps, steps, steps)).reshape(3, -1)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        # Lab of the sRGB corners under D65, as Lindbloom's calculator and scikit-image give them.
        ((1, 0, 0), (53.241, 80.092, 67.203)),
        ((0, 1, 0), (87.735, -86.183, 83.179)),
        ((0, 0, 1), (32.297, 79.188, -107.860)),
        ((0, 1, 1), (91.113, -48.088, -14.131)),
        ((1, 0, 1), (60.324, 98.234, -60.825)),
        ((1, 1, 0), (97.139, -21.554, 94.478)),
        ((1, 1, 1), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((128 / 255, 128 / 255, 128 / 255), (53.585, 0.0, 0.0)),
    ],
)
def test_published_lab_values(rgb, lab):
    # They round the matrix and the white point to four digits, which moves a and b by up to 0.02.
    assert [float(v) for v in rgb_to_lab(*map(float, rgb))] == pytest.approx(lab, abs=0.03)


def test_white_is_d65():
    assert WHITE.tolist() == pytest.approx([0.9505, 1.0, 1.0890], abs=2e-4)
    assert RGB_TO_XYZ[1] == pytest.approx([0.2126, 0.7152, 0.0722], abs=1e-4)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-4)])
def test_gray_has_no_chroma_and_the_lightness_of_its_luminance(dtype, tolerance):
    gray = np.linspace(0, 1, 65536, dtype=dtype)
    lightness, a, b = rgb_to_lab(gray, gray, gray)
    assert np.abs(a).max() < tolerance
    assert np.abs(b).max() < tolerance
    expected = luminance_to_lightness(srgb_to_linear(gray))
    assert np.abs(lightness - expected).max() < tolerance
    assert lightness.dtype == a.dtype == b.dtype == dtype


def test_lightness_without_chroma_is_gray():
    lightness = np.linspace(0, 100, 1001)
    red, green, blue = lab_to_rgb(lightness, np.zeros(1001), np.zeros(1001))
    assert red == pytest.approx(green, abs=1e-12)
    assert red == pytest.approx(blue, abs=1e-12)
    assert (np.diff(red) > 0).all()


def test_srgb_curve():
    assert float(srgb_to_linear(0.5)) == pytest.approx(0.214041, abs=1e-6)
    assert float(srgb_to_linear(0.02)) == pytest.approx(0.02 / 12.92, abs=1e-8)
    assert float(linear_to_srgb(0.18)) == pytest.approx(0.461356, abs=1e-6)
    assert float(linear_to_srgb(np.float64(-0.01))) == pytest.approx(-0.1292)


def test_lightness_of_mid_gray_luminance():
    assert float(luminance_to_lightness(0.184187)) == pytest.approx(50.0, abs=1e-4)
    assert float(luminance_to_lightness(0.001)) == pytest.approx(0.9033, abs=1e-4)


def test_round_trips(colors):
    back = np.stack(lab_to_rgb(*rgb_to_lab(*colors)))
    assert np.abs(back - colors).max() < 1e-8
    curve = linear_to_srgb(srgb_to_linear(colors))
    # The published constants of the two segments meet only to 1e-7.
    assert np.abs(curve - colors).max() < 1e-6
    y = np.linspace(0, 1, 10001)
    assert np.abs(lightness_to_luminance(luminance_to_lightness(y)) - y).max() < 1e-12


def test_float32_round_trip_keeps_16_bits(colors):
    lab = rgb_to_lab(*colors.astype(np.float32))
    back = np.stack(lab_to_rgb(*lab))
    assert back.dtype == np.float32
    assert np.abs(back - colors).max() < 0.5 / 65535


def test_lab_ranges(colors):
    lightness, a, b = rgb_to_lab(*colors)
    assert lightness.min() >= -1e-12
    assert lightness.max() <= 100 + 1e-12
    assert max(np.abs(a).max(), np.abs(b).max()) < AB_SCALE


def test_luminance_depends_on_lightness_alone():
    rng = np.random.default_rng(0)
    lightness = np.full(500, 60.0)
    linear = np.stack(lab_to_linear_rgb(lightness, *rng.uniform(-100, 100, (2, 500))))
    assert RGB_TO_XYZ[1] @ linear == pytest.approx(float(lightness_to_luminance(60.0)), abs=1e-12)


def test_out_of_gamut_is_not_clipped():
    red, green, _ = lab_to_rgb(np.float64(50), np.float64(-100), np.float64(0))
    assert red < 0 < green


@pytest.mark.parametrize("function", [rgb_to_lab, lab_to_rgb])
def test_torch_equals_numpy(function, colors):
    planes = colors if function is rgb_to_lab else np.stack(rgb_to_lab(*colors))
    expected = np.stack(function(*planes))
    result = torch.stack(function(*torch.from_numpy(planes))).numpy()
    assert np.abs(result - expected).max() < 1e-12


@pytest.mark.parametrize("function", [rgb_to_lab, lab_to_rgb])
def test_gradients_are_finite_on_the_whole_cube(function, colors):
    planes = colors if function is rgb_to_lab else np.stack(rgb_to_lab(*colors))
    inputs = torch.from_numpy(planes).requires_grad_()
    torch.stack(function(*inputs)).sum().backward()
    assert inputs.grad is not None
    assert torch.isfinite(inputs.grad).all()
    assert (inputs.grad != 0).any()


def test_import_without_torch():
    code = (
        "import sys, numpy as np; from model.color import rgb_to_lab;"
        "rgb_to_lab(np.zeros(2), np.zeros(2), np.zeros(2)); rgb_to_lab(0.5, 0.5, 0.5);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
