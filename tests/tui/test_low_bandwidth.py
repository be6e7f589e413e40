"""What low bandwidth saves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from textual.drivers.headless_driver import HeadlessDriver

from tui_colorize.tui.canvas.frame import make_frames
from tui_colorize.tui.canvas.painter import Detail
from tui_colorize.tui.terminal import Graphics

from .idle import is_idle
from .picture_terminal import SIZE, at_rest, picture_app


@pytest.mark.parametrize("graphics", list(Graphics))
async def test_low_bandwidth_takes_half_the_bytes(make_app, ready, until, monkeypatch, graphics):
    sent = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: sent.append(len(data.encode())))
    async with picture_app(make_app, graphics).run_test(size=SIZE) as pilot:
        app = await ready(pilot)
        await at_rest(until, pilot, app)
        random = np.random.default_rng(1)
        colors = random.integers(30, 220, (6, 8, 3)).astype(np.float32)

        def photo(size, region):
            smooth = cv2.resize(colors, size, interpolation=cv2.INTER_CUBIC)
            grain = random.normal(0, 12, (*smooth.shape[:2], 1))
            return np.clip(smooth + grain, 0, 255).astype(np.uint8)

        sizes = []
        for low in (False, True):
            app.canvas.low_bandwidth = low
            await until(
                pilot, lambda low=low: (app.canvas.frame.request.detail is Detail.FRUGAL) is low
            )
            await until(pilot, lambda: is_idle(app))
            sent.clear()
            *_, frame = make_frames(app.canvas.frame.request, photo, None, app.painter, None)
            app.canvas.show(frame)
            await until(pilot, lambda: is_idle(app))
            sizes.append(sum(sent))
        cells = sum(tile.place[2] * tile.place[3] for tile in frame.tiles.values())
        # Half of the bytes that a picture of 100 x 40 cells may take.
        bars = {Graphics.HALFCELL: 20.6 * cells, Graphics.SIXEL: 77.5 * cells}
        assert sizes[1] < bars.get(graphics, 100_000)
        # A small Kitty picture is as good as it can be either way.
        assert sizes[1] < sizes[0] * (1.02 if graphics is Graphics.KITTY else 1)
