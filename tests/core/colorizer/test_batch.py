"""Many pictures in one call."""

from __future__ import annotations

import numpy as np
import pytest

from tui_colorize import Hint
from tui_colorize.errors import UserError


class TestBatch:
    """Many at once, each as if alone."""

    def test_in_order_with_mixed_sizes_and_types(self, colorizer, scene):
        sizes = [(90, 60), (60, 90), (90, 60), (64, 64), (1, 1)]
        images = [scene(*size, seed=index) for index, size in enumerate(sizes)]
        images[3] = images[3].astype(np.uint16) * 257
        hints = [[Hint(0, 0, color)] for color in ("red", "lime", "blue", "gold", "teal")]
        hints[2] = []
        together = colorizer.colorize_batch(images, hints)
        assert len(together) == len(images)
        for image, some, result in zip(images, hints, together, strict=True):
            alone = colorizer.colorize(image, some)
            assert result.shape == alone.shape
            assert result.dtype == alone.dtype
            scale = np.iinfo(image.dtype).max / 255
            assert np.abs(result.astype(int) - alone).max() <= 2 * scale

    def test_more_than_fit_one_pass(self, colorizer, scene, monkeypatch):
        monkeypatch.setattr("tui_colorize.colorizer._BATCH", 2)
        images = [scene(40, 40, seed) for seed in range(3)]
        together = colorizer.colorize_batch(images)
        for image, result in zip(images, together, strict=True):
            assert np.abs(result.astype(int) - colorizer.colorize(image)).max() <= 2

    def test_none_at_all(self, colorizer):
        assert colorizer.colorize_batch([]) == []

    def test_as_many_sets_of_hints_as_images(self, colorizer, photo):
        with pytest.raises(UserError, match="2 images need as many sets of hints, not 1"):
            colorizer.colorize_batch([photo, photo], [[]])

    def test_a_bad_one_is_an_error(self, colorizer, photo):
        with pytest.raises(UserError, match="outside"):
            colorizer.colorize_batch([photo, photo], [[], [Hint(640, 0, "red")]])
