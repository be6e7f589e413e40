"""tui_colorize.colorizer: luma kept, hints honoured, the same picture every time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from model.color import rgb_to_lab
from tui_colorize import Colorizer, Hint, HintSet
from tui_colorize.color import ciede2000, hex_to_lab, lab_to_hex, max_chroma
from tui_colorize.errors import UserError
from tui_colorize.hints import patch
from tui_colorize.picture import Picture

# of L at the 99.9th percentile
LUMA_BARS = {np.uint8: 0.5, np.uint16: 0.02}


def lab_of(image):
    return np.stack(rgb_to_lab(*np.moveaxis(image / np.iinfo(image.dtype).max, 2, 0)), 2)


def off_luma(result, image):
    """99.9th percentile of the difference in L."""
    return np.percentile(np.abs(lab_of(result)[..., 0] - Picture.of(image).lightness), 99.9)


def hint_errors(result, hints):
    """CIEDE2000 at equal L between the asked and the found ab, over the patches of the hints."""
    height, width = result.shape[:2]
    errors = []
    for hint in hints:
        lab = lab_of(result[patch(hint, width, height)]).reshape(-1, 3)
        asked = lab.copy()
        asked[:, 1:] = hex_to_lab(hint.color)[1:]
        errors.append(ciede2000(lab, asked))
    return np.concatenate(errors)


def fitting_hints(gray, count, radius, seed=0):
    """Hints with colours that sRGB has at the luma of their places."""
    rng = np.random.default_rng(seed)
    height, width = gray.shape
    lightness = Picture.of(gray).lightness
    hints = []
    for hue in np.linspace(0, 360, count, endpoint=False):
        x = int(rng.integers(radius, width - radius))
        y = int(rng.integers(radius, height - radius))
        around = lightness[y - radius : y + radius + 1, x - radius : x + radius + 1]
        chroma = 0.9 * min(float(max_chroma(level, hue)) for level in (around.min(), around.max()))
        a, b = chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))
        hints.append(Hint(x, y, lab_to_hex(float(around.mean()), a, b), radius))
    return hints


@pytest.fixture(scope="module")
def photo(scene):
    """0.3 megapixels."""
    return scene(640, 480)


@pytest.fixture(scope="module")
def hints():
    return HintSet(
        [Hint(300, 60, "#3a7bd5", 3), Hint(500, 430, "#4c9f38", 3), Hint(450, 290, "#b03020", 5)]
    )


@pytest.fixture(scope="module")
def coloring(colorizer, photo, hints):
    return colorizer.solve(photo, hints)


@pytest.fixture(scope="module")
def full(coloring):
    return coloring.full()


class TestSizesAndTypes:
    """Any picture in, one of the same size and type out, its luma unchanged."""

    @pytest.mark.parametrize("kind", ["gray 8", "gray 16", "RGB 8", "RGB 16"])
    @pytest.mark.parametrize("size", [(1, 1), (3, 2), (17, 33)])
    def test_small(self, colorizer, size, kind):
        self.check(colorizer, size, kind)

    @pytest.mark.parametrize("kind", ["gray 8", "RGB 16"])
    @pytest.mark.parametrize("size", [(1, 500), (500, 1), (2, 3), (300, 200)])
    def test_long_and_larger(self, colorizer, size, kind):
        self.check(colorizer, size, kind)

    def check(self, colorizer, size, kind):
        width, height = size
        dtype = np.uint8 if kind.endswith(" 8") else np.uint16
        shape = (height, width) if kind.startswith("gray") else (height, width, 3)
        top = np.iinfo(dtype).max
        image = np.random.default_rng(0).integers(0, top + 1, shape, dtype=dtype)
        before = image.copy()
        result = colorizer.colorize(image, [Hint(width // 2, height // 2, "#a04030")])
        assert result.shape == (height, width, 3)
        assert result.dtype == dtype
        assert off_luma(result, image) <= LUMA_BARS[dtype]
        assert np.array_equal(image, before)

    def test_a_panorama_longer_than_opencv_may_warp(self, colorizer):
        image = np.random.default_rng(0).integers(80, 120, (8, 40000), dtype=np.uint8)
        hint = Hint(39000, 4, "#b04030", 2)
        result = colorizer.colorize(image, [hint])
        assert off_luma(result, image) <= 0.5
        assert np.median(hint_errors(result, [hint])) < 3

    @pytest.mark.parametrize("level", [0, 255])
    def test_black_and_white_stay(self, colorizer, level):
        image = np.full((40, 50), level, np.uint8)
        result = colorizer.colorize(image, [Hint(20, 20, "#ff0000", 5)])
        assert (result == level).all()

    def test_without_hints_there_is_colour(self, colorizer, photo):
        result = colorizer.colorize(photo)
        assert np.hypot(*np.moveaxis(lab_of(result)[..., 1:], 2, 0)).mean() > 2
        assert off_luma(result, photo) <= 0.5

    def test_16_bit_luma_of_a_photo(self, colorizer, photo, hints):
        image = photo.astype(np.uint16) * 256 + 77
        result = colorizer.colorize(image, hints)
        assert off_luma(result, image) <= 0.02
        eight = colorizer.colorize(photo, hints)
        assert np.abs(result / 257 - eight).mean() < 2

    def test_coloured_input_is_taken_by_its_luma(self, colorizer, photo, hints):
        """Gray saved as RGB gives what gray gives; colours of equal luma nearly so."""
        gray = colorizer.colorize(photo, hints)
        assert np.array_equal(colorizer.colorize(np.dstack([photo] * 3), hints), gray)
        again = colorizer.colorize(gray, hints)
        assert np.abs(again.astype(int) - gray).mean() < 1.5


class TestHints:
    """A hint's colour is there where it was put."""

    @pytest.mark.parametrize("radius", [0, 1, 3, 12])
    def test_honoured_at_a_third_of_a_megapixel(self, colorizer, photo, radius):
        hints = fitting_hints(photo, 12, radius)
        errors = hint_errors(colorizer.colorize(photo, hints), hints)
        assert np.median(errors) < 3
        assert np.percentile(errors, 95) < 8

    def test_honoured_to_the_rounding_of_8_bits(self, colorizer, photo):
        """Whatever lies around: every pixel of patches next to others of quite another colour."""
        hints = [
            Hint(x, y, color, 2)
            for x, y in ((300, 260), (450, 290), (520, 430))
            for x, y, color in ((x, y, "#905048"), (x + 5, y, "#40706a"), (x, y + 5, "#5a5a90"))
        ]
        assert hint_errors(colorizer.colorize(photo, hints), hints).max() < 1.5

    def test_honoured_at_12_megapixels(self, colorizer, scene):
        photo = cv2.resize(scene(1000, 750), (4000, 3000), interpolation=cv2.INTER_CUBIC)
        hints = fitting_hints(photo, 8, 6)
        result = colorizer.colorize(photo, hints)
        errors = hint_errors(result, hints)
        assert np.median(errors) < 3
        assert np.percentile(errors, 95) < 8
        assert off_luma(result[::4, ::4], photo[::4, ::4]) <= 0.5

    def test_a_hint_colours_what_is_around_it(self, colorizer, photo):
        """The wall becomes as red, green or blue as it is asked to be."""
        wall = (slice(250, 330), slice(400, 500))
        for color in ("#b02020", "#208020", "#2040b0"):
            hint = Hint(450, 290, color, 4)
            lab = lab_of(colorizer.colorize(photo, [hint]))[wall].reshape(-1, 3).mean(0)
            asked = np.array(hex_to_lab(color))
            direction = asked[1:] / np.hypot(*asked[1:])
            assert lab[1:] @ direction > 10, color

    def test_opposite_hints_stay_on_their_sides_of_an_edge(self, colorizer):
        rng = np.random.default_rng(0)
        gray = np.full((400, 600), 80.0)
        gray[:, 300:] = 170
        image = (gray + rng.normal(0, 2, gray.shape)).astype(np.uint8)
        for left, right in (("#a03030", "#60d0c0"), ("#306030", "#e0a0d0")):
            result = colorizer.colorize(image, [Hint(150, 200, left, 3), Hint(450, 200, right, 3)])
            lab = lab_of(result)
            for columns, own, other in (
                (slice(20, 280), left, right),
                (slice(320, 580), right, left),
            ):
                ab = lab[20:380, columns, 1:]
                to_own, to_other = (
                    np.hypot(*np.moveaxis(ab - np.array(hex_to_lab(color)[1:]), 2, 0))
                    for color in (own, other)
                )
                assert (to_own < to_other).mean() > 0.99

    def test_a_colour_out_of_gamut_loses_chroma_and_nothing_else(self, colorizer):
        """Blue on something as bright as the sky."""
        image = np.full((120, 160), 215, np.uint8)
        hint = Hint(80, 60, "#0000ff", 6)
        lab = lab_of(colorizer.colorize(image, [hint])[patch(hint, 160, 120)]).reshape(-1, 3)
        asked = hex_to_lab("#0000ff")
        level = float(Picture.of(image).lightness[0, 0])
        hue = np.degrees(np.arctan2(asked[2], asked[1]))
        most = float(max_chroma(level, hue))
        assert np.abs(lab[:, 0] - level).max() < 0.5
        chroma = np.hypot(lab[:, 1], lab[:, 2])
        assert chroma.min() > 0.8 * most
        assert chroma.max() < most + 1.5
        turn = (np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) - hue + 180) % 360 - 180
        assert np.abs(turn).max() < 5

    def test_the_later_of_two_overlapping_hints_wins(self, colorizer, photo):
        below, above = Hint(448, 290, "#308050", 6), Hint(452, 290, "#804060", 6)
        result = colorizer.colorize(photo, [below, above])
        assert np.median(hint_errors(result, [above])) < 3
        assert np.median(hint_errors(result, [below])) > 8

    def test_a_hint_in_the_last_corner(self, colorizer, photo):
        hint = Hint(639, 479, "#807040", 2)
        assert np.median(hint_errors(colorizer.colorize(photo, [hint]), [hint])) < 3

    def test_a_default_radius_is_that_of_the_picture(self, colorizer, photo):
        left_open = colorizer.colorize(photo, [Hint(100, 400, "#4c9f38")])
        given = colorizer.colorize(photo, [Hint(100, 400, "#4c9f38", 2)])
        assert np.array_equal(left_open, given)


class TestRender:
    """One solution, rendered at any size."""

    def test_full_is_what_colorize_gives(self, colorizer, photo, hints, full):
        assert np.array_equal(colorizer.colorize(photo, hints), full)

    def test_the_whole_region_is_the_whole_to_the_bit(self, coloring, full):
        assert np.array_equal(coloring.render(region=(0, 0, 640, 480)), full)

    @pytest.mark.parametrize(
        "region", [(200, 100, 500, 400), (33, 7, 512, 333), (451, 291, 452, 292)]
    )
    def test_a_region_is_the_crop_of_the_whole_but_for_rounding(self, coloring, full, region):
        x0, y0, x1, y1 = region
        part = coloring.render(region=region).astype(int)
        different = np.abs(part - full[y0:y1, x0:x1])
        assert different.max() <= 1
        assert np.count_nonzero(different) <= 1e-4 * different.size

    def test_every_small_region_is_within_rounding(self, coloring, full):
        rng = np.random.default_rng(0)
        for _ in range(20):
            x0, y0 = int(rng.integers(0, 600)), int(rng.integers(0, 440))
            part = coloring.render(region=(x0, y0, x0 + 40, y0 + 40)).astype(int)
            assert np.abs(part - full[y0 : y0 + 40, x0 : x0 + 40]).max() <= 1

    @pytest.mark.parametrize("size", [(320, 240), (213, 160), (80, 60)])
    def test_smaller_it_looks_like_the_whole_made_smaller(self, coloring, full, size):
        small = coloring.render(size)
        assert small.shape == (size[1], size[0], 3)
        assert small.dtype == np.uint8
        expected = cv2.resize(full, size, interpolation=cv2.INTER_AREA)
        assert np.abs(small.astype(int) - expected).mean() < 2

    def test_a_region_larger_shows_single_pixels(self, coloring, full):
        region = (430, 280, 470, 310)
        large = coloring.render((400, 300), region)
        assert large.shape == (300, 400, 3)
        pixels = large.reshape(30, 10, 40, 10, 3)[:, 5, :, 5].astype(int)
        assert np.abs(pixels - full[280:310, 430:470]).mean() < 1.5
        lightness = coloring.picture.lightness[280:310, 430:470].repeat(10, 0).repeat(10, 1)
        assert np.percentile(np.abs(lab_of(large)[..., 0] - lightness), 99.9) < 0.5

    def test_a_region_smaller(self, coloring, full):
        part = coloring.render((100, 60), (100, 100, 500, 340)).astype(int)
        expected = cv2.resize(full[100:340, 100:500], (100, 60), interpolation=cv2.INTER_AREA)
        assert np.abs(part - expected).mean() < 2

    def test_of_16_bits_it_shows_8(self, colorizer, photo, hints, full):
        deep = colorizer.solve(photo.astype(np.uint16) * 257, hints).render()
        assert deep.dtype == np.uint8
        assert np.abs(deep.astype(int) - full).max() <= 1


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


class TestSuggestions:
    """Colours to choose from, and where choosing helps."""

    @pytest.mark.parametrize("place", [(0, 0), (639, 479), (450, 290), (320, 100)])
    def test_sorted_distinct_likely_and_at_the_luma_of_the_place(self, colorizer, photo, place):
        x, y = place
        picture = colorizer.prepare(photo)
        level = picture.lightness_at(x, y)
        for k in (1, 6, 9):
            found = colorizer.suggest(picture, [], x, y, k)
            colors, shares = [c for c, _ in found], [s for _, s in found]
            assert 1 <= len(found) <= k
            assert len(set(colors)) == len(colors)
            assert shares == sorted(shares, reverse=True)
            assert min(shares) > 0
            assert sum(shares) <= 1 + 1e-5
            assert all(abs(hex_to_lab(color)[0] - level) < 0.7 for color in colors)

    def test_six_unless_told_otherwise(self, colorizer, photo):
        assert len(colorizer.suggest(photo, [], 320, 100)) == 6

    def test_next_to_a_hint_they_are_like_it(self, colorizer, photo):
        for color in ("#b02020", "#2040b0"):
            hint = Hint(450, 290, color, 4)
            best = colorizer.suggest(photo, [hint], 450, 290)[0][0]
            asked, found = np.array(hex_to_lab(color)[1:]), np.array(hex_to_lab(best)[1:])
            assert asked @ found > 0.5 * np.hypot(*asked) * np.hypot(*found)

    @pytest.mark.parametrize("place", [(640, 0), (0, 480), (-1, 0), (0, -1)])
    def test_places_outside_are_refused(self, colorizer, photo, place):
        with pytest.raises(UserError, match="outside of the picture"):
            colorizer.suggest(photo, [], *place)

    def test_uncertainty_is_a_map_of_spreads_in_ab_units(self, colorizer, photo):
        found = colorizer.uncertainty(photo)
        assert found.dtype == np.float32
        height, width = found.shape
        assert width / height == pytest.approx(640 / 480, rel=0.15)
        assert found.min() >= 0
        assert 2 < found.mean() < 60
        assert found.std() > 0

    def test_a_likely_hint_lowers_uncertainty_about_it(self, colorizer, photo):
        coloring = colorizer.solve(photo)
        before = coloring.uncertainty()
        height, width = before.shape
        for x, y in ((450, 290), (320, 60), (500, 430), (100, 260)):
            cell = y * height // 480, x * width // 640
            color, _ = coloring.suggest(x, y, 3)[2]
            after = colorizer.uncertainty(photo, [Hint(x, y, color, 4)])
            assert after[cell] < 0.8 * before[cell], (x, y, color)


class TestErrors:
    """Each is a UserError with one line."""

    @pytest.mark.parametrize(
        "image",
        [
            np.zeros((4, 4), np.float32),
            np.zeros((4, 4, 4), np.uint8),
            np.zeros((0, 4), np.uint8),
            np.zeros(7, np.uint8),
        ],
    )
    def test_images_that_are_none(self, colorizer, image):
        for function in (colorizer.colorize, colorizer.uncertainty, colorizer.prepare):
            with pytest.raises(UserError):
                function(image)

    @pytest.mark.parametrize("place", [(640, 0), (0, 480), (2**31 - 1, 2**31 - 1)])
    def test_hints_outside(self, colorizer, photo, place):
        with pytest.raises(UserError, match="outside"):
            colorizer.colorize(photo, [Hint(0, 0, "red"), Hint(*place, "red")])

    def test_hints_of_later_frames(self, colorizer, photo):
        with pytest.raises(UserError, match="frame 3"):
            colorizer.colorize(photo, [Hint(1, 1, "red", frame=3)])

    @pytest.mark.parametrize("device", ["gpu", "", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "CPU"])
    def test_devices_that_do_not_exist(self, device, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        with pytest.raises(UserError, match="auto, cpu, cuda or cuda:N"):
            Colorizer(device)

    @pytest.mark.parametrize("device", ["cuda", "cuda:0"])
    def test_cuda_without_cuda(self, device, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(UserError, match="no CUDA device"):
            Colorizer(device)

    def test_more_cuda_devices_than_there_are(self, monkeypatch):
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
        with pytest.raises(UserError, match="no CUDA device 2; 2 found"):
            Colorizer("cuda:2")

    def test_weights_that_cannot_be_used(self, tmp_path):
        text = tmp_path / "w.safetensors"
        text.write_text("no weights")
        for path in (tmp_path / "none.safetensors", text, str(text)):
            with pytest.raises(UserError) as caught:
                Colorizer("cpu", path)
            assert str(path) in str(caught.value)
            assert "\n" not in str(caught.value)


class TestState:
    """What is kept between calls never shows in a result."""

    def test_device_and_size(self, colorizer, monkeypatch):
        assert colorizer.device == "cpu"
        assert colorizer.network_size == 256
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        assert Colorizer("auto").device == "cpu"

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
