"""The same picture every time: caches, repetition, threads."""

from __future__ import annotations

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from model.load import BUNDLED
from tui_colorize import Colorizer, Hint, HintSet
from tui_colorize.errors import UserError


class TestState:
    """What is kept between calls never shows in a result."""

    def test_device_and_size(self, colorizer, monkeypatch):
        assert colorizer.device == "cpu"
        assert colorizer.network_size == 256
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        assert Colorizer("auto").device == "cpu"

    def test_a_fingerprint_is_that_of_the_weights(self, tmp_path):
        """Of what is in the file, whatever it is called: it may hold others tomorrow."""
        weights = tmp_path / "mine.safetensors"
        shutil.copyfile(BUNDLED, weights)
        found = Colorizer("cpu", weights).fingerprint
        assert found == Colorizer("cpu").fingerprint
        assert found == hashlib.sha256(BUNDLED.read_bytes()).hexdigest()
        gone = Colorizer("cpu", weights)
        weights.unlink()
        with pytest.raises(UserError, match=r"mine.safetensors cannot be read: no such file"):
            _ = gone.fingerprint

    def test_a_prepared_picture_gives_what_its_image_gives(self, colorizer, photo, hints):
        picture = colorizer.prepare(photo)
        assert colorizer.prepare(picture) is picture
        first = colorizer.colorize(picture, hints)
        assert np.array_equal(first, colorizer.colorize(photo, hints))

    def test_the_same_question_is_not_computed_twice(self, colorizer, photo, hints):
        picture = colorizer.prepare(photo)
        first = colorizer.solve(picture, hints)
        assert colorizer.solve(picture, list(hints)) is first
        colorizer.suggest(picture, hints, 3, 3)
        assert colorizer.solve(picture, hints) is first
        assert colorizer.solve(picture, hints.add(Hint(1, 1, "red"))) is not first

    def test_one_question_beside_others_is_not_computed_twice(self, colorizer, photo, hints):
        """As those about a hint that is expected; another picture takes all their places."""
        picture = colorizer.prepare(photo)
        first = colorizer.solve(picture, hints)
        for x in range(4):
            colorizer.solve(picture, [Hint(x, 1, "red")])
            assert colorizer.solve(picture, hints) is first
        colorizer.solve(photo[::2], [])
        assert colorizer.solve(picture, hints) is not first

    def test_repeated_it_is_the_same_to_the_bit(self, colorizer, photo, hints):
        first = colorizer.colorize(photo, hints)
        colorizer.colorize(photo, [Hint(3, 3, "lime", 9)])
        assert np.array_equal(colorizer.colorize(photo, hints), first)
        assert colorizer.suggest(photo, hints, 9, 9) == colorizer.suggest(photo, hints, 9, 9)

    def test_another_colorizer_gives_the_same_to_the_bit(self, colorizer, photo, hints):
        expected = colorizer.colorize(photo, hints)
        assert np.array_equal(Colorizer("cpu").colorize(photo, list(hints)), expected)

    def test_hints_taken_back_leave_no_trace(self, colorizer, photo, hints):
        picture = colorizer.prepare(photo)
        before = colorizer.colorize(picture)
        colorizer.colorize(picture, hints)
        assert np.array_equal(colorizer.colorize(picture), before)

    def test_threads_do_not_disturb_each_other(self, colorizer, scene):
        """Two threads on one colorizer, and on one picture, give what each gives alone."""
        pictures = [colorizer.prepare(scene(120, 90, seed)) for seed in (1, 2)]
        jobs = [
            (picture, HintSet([Hint(x, 40, color, 2)]))
            for x, color in ((20, "#b03020"), (100, "#208030"))
            for picture in pictures
        ]

        def work(job):
            coloring = colorizer.solve(*job)
            return coloring.full(), coloring.suggest(60, 45, 5), coloring.uncertainty()

        alone = [work(job) for job in jobs]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(work, jobs))
        for (full, colors, doubt), expected in zip(together, alone, strict=True):
            assert np.array_equal(full, expected[0])
            assert colors == expected[1]
            assert np.array_equal(doubt, expected[2])
