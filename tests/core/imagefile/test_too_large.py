"""Pictures above the limit are refused before they are decoded."""

from __future__ import annotations

import pytest

from tui_colorize.imagefile import read, read_still

from .makers import CLAIMS, WHOLE, picture, refused, tiff, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


@pytest.mark.parametrize("size", [(60000, 60000), (10001, 10000)])
@pytest.mark.parametrize("name", CLAIMS)
def test_bombs_are_refused_before_decoding(tmp_path, monkeypatch, name, size):
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    path = tmp_path / name
    path.write_bytes(CLAIMS[name](*size))
    assert "more than 100 megapixels" in refused(path)


def test_webp_and_avif_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_PIXELS", 64 * 96 - 1)
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    for name in ("lossy.webp", "a.avif"):
        (tmp_path / name).write_bytes(WHOLE[name])
        assert "megapixels" in refused(tmp_path / name)


def test_exactly_the_limit_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_PIXELS", 23 * 37)
    assert read_still(write_pillow(tmp_path / "a.png", picture(1))).pixels.shape == (23, 37)


def test_a_tile_larger_than_any_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "decode", lambda *_: pytest.fail("decoded"))
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(picture(1), tile=64, t322=20000, t323=20000))
    refused(path)
