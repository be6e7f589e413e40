"""model.data: pictures come in whatever they're packed in, and crops keep them upright."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch
from PIL import Image, features

import model.data
from model.data import LONG, SHORT, crop, load_pictures, read_rgb

RED, GREEN, BLUE, GRAY = (200, 20, 30), (20, 190, 40), (30, 40, 210), (120, 120, 120)


def flat(color, width=90, height=60):
    return np.full((height, width, 3), color, np.uint8)


def middle(pictures, index):
    """The colour in the middle of the part of a frame that is in use."""
    return pictures.frames[index, :, SHORT // 2, int(pictures.widths[index]) // 2].tolist()


def crops(pictures, index, count, size=32, seed=0):
    """Crops of one picture, as 0..255."""
    generator = torch.Generator().manual_seed(seed)
    return 255 * crop(pictures, torch.full((count,), index), size, generator)


@pytest.fixture
def folder_of(tmp_path, encoded):
    """Writes pictures as PNG into a folder, and returns it."""

    def write(*pictures):
        folder = tmp_path / "pictures"
        folder.mkdir(exist_ok=True)
        for number, rgb in enumerate(pictures):
            (folder / f"{number}.png").write_bytes(encoded(rgb))
        return folder

    return write


def test_a_tar_of_pictures(tmp_path, encoded, write_tar):
    kind = "AVIF" if features.check("avif") else "WEBP"
    tar = write_tar(
        tmp_path / "a.tar",
        {
            "1.png": encoded(flat(RED)),
            "2.avif": encoded(flat(GREEN, 120, 240), kind),
            "3.png": encoded(flat(BLUE, 600, 100)),
        },
    )
    pictures = load_pictures([tar])
    assert len(pictures) == 3
    assert pictures.frames.shape == (3, 3, SHORT, LONG)
    assert pictures.frames.dtype == torch.uint8
    assert pictures.upright.tolist() == [False, True, False]
    # 3:2 and 6:1 are cut to the frame's width; 1:2 lies on its side and is cut as well
    assert pictures.widths.tolist() == [LONG, LONG, LONG]
    assert middle(pictures, 0) == list(RED)
    assert middle(pictures, 1) == pytest.approx(GREEN, abs=6)
    assert middle(pictures, 2) == list(BLUE)


def test_a_folder_is_searched_through_all_levels(folder_of, encoded):
    folder = folder_of(flat(RED, 66, 60))
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "x.PNG").write_bytes(encoded(flat(BLUE, 60, 66)))
    (folder / "notes.txt").write_text("no picture")
    pictures = load_pictures([folder])
    assert sorted(zip(pictures.widths.tolist(), pictures.upright.tolist(), strict=True)) == [
        (264, False),
        (264, True),
    ]


def test_several_sources_are_read_in_order(tmp_path, encoded, write_tar, folder_of):
    first = write_tar(tmp_path / "z.tar", {"1.png": encoded(flat(GREEN))})
    pictures = load_pictures([first, folder_of(flat(RED), flat(BLUE))])
    assert [middle(pictures, index) for index in range(3)] == [list(GREEN), list(RED), list(BLUE)]


def test_files_that_do_not_decode_are_left_out(tmp_path, encoded, write_tar):
    whole = encoded(np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8))
    tar = write_tar(
        tmp_path / "a.tar",
        {"1.png": b"not a picture", "2.png": whole[:-5000], "3.png": encoded(flat(RED))},
    )
    pictures = load_pictures([tar])
    assert len(pictures) == 1
    assert middle(pictures, 0) == list(RED)


def test_an_empty_file_is_left_out(tmp_path, encoded, write_tar):
    tar = write_tar(tmp_path / "a.tar", {"1.png": b"", "2.png": encoded(flat(RED))})
    assert len(load_pictures([tar])) == 1


def test_wide_pictures_keep_their_middle(folder_of, halves):
    rgb = halves(600, 200, RED, BLUE, stacked=False)
    rgb[:, :100] = rgb[:, 500:] = GRAY
    frame = load_pictures([folder_of(rgb)]).frames[0]
    assert frame[:, 100, 161 - 20].tolist() == list(RED)
    assert frame[:, 100, 161 + 22].tolist() == list(BLUE)
    assert frame[:, 100, 0].tolist() == list(RED)
    assert frame[:, 100, LONG - 1].tolist() == list(BLUE)


@pytest.mark.parametrize(
    ("mode", "expected"), [("L", GRAY), ("P", RED), ("RGBA", RED), ("CMYK", RED)]
)
def test_every_mode_is_read_as_rgb(tmp_path, mode, expected):
    path = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.fromarray(flat(expected)).convert(mode, palette=Image.Palette.ADAPTIVE).save(path)
    rgb = read_rgb(path.read_bytes())
    assert rgb.shape == (60, 90, 3)
    assert rgb.dtype == np.uint8
    assert rgb[30, 30].tolist() == pytest.approx(expected, abs=6)


def test_exif_orientation_is_applied(encoded, halves):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to show
    lying = halves(90, 60, RED, BLUE, stacked=False)
    rgb = read_rgb(encoded(lying, "JPEG", exif=exif, quality=95, subsampling=0))
    assert rgb.shape == (90, 60, 3)
    assert rgb[10, 30].tolist() == pytest.approx(RED, abs=8)
    assert rgb[80, 30].tolist() == pytest.approx(BLUE, abs=8)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"text", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_reads_as_none(content):
    assert read_rgb(content) is None


def test_a_picture_too_large_for_pillow_stops_nothing(encoded, monkeypatch):
    monkeypatch.setattr("PIL.Image.MAX_IMAGE_PIXELS", 10)
    rgb = read_rgb(encoded(flat(RED)))
    assert rgb is None or rgb[0, 0].tolist() == list(RED)


def test_pictures_are_weighed_by_the_source_in_their_names(tmp_path, encoded, write_tar):
    """Also from a cache, that may have been made with other weights."""
    names = ("0-cats.png", "deep/1-cats.png", "2-dogs-and-cats.png", "3.png", "4-dogs.png")
    members = {name: encoded(flat(RED)) for name in names}
    members["1-broken.png"] = b"no"
    tar = write_tar(tmp_path / "a.tar", members)
    assert load_pictures([tar]).weights.tolist() == [1, 1, 1, 1, 1]
    weigh = {"cats": 0.5, "dogs-and-cats": 3.0, "birds": 9.0}
    for _ in range(2):
        pictures = load_pictures([tar], tmp_path / "cache", weigh)
        assert pictures.weights.tolist() == [0.5, 0.5, 3, 1, 1]
    assert load_pictures([tar], tmp_path / "cache").weights.tolist() == [1, 1, 1, 1, 1]


def test_missing_sources_are_an_error(tmp_path):
    for cache in (None, tmp_path / "cache"):
        with pytest.raises(FileNotFoundError):
            load_pictures([tmp_path / "none.tar"], cache)


def test_sources_without_pictures_are_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match=f"no colour pictures in {tmp_path}"):
        load_pictures([tmp_path])


class TestCache:
    """Decoded frames are kept, and used as long as the sources are what they were."""

    @pytest.fixture
    def decoded(self, monkeypatch):
        """A list that grows by one with every decoding."""
        calls = []
        decode = model.data._decode_all
        monkeypatch.setattr(
            "model.data._decode_all", lambda sources: calls.append(sources) or decode(sources)
        )
        return calls

    def test_the_second_time_nothing_is_decoded(self, tmp_path, folder_of, decoded):
        folder = folder_of(flat(RED), flat(BLUE, 40, 60))
        first = load_pictures([folder], tmp_path / "cache")
        second = load_pictures([folder], tmp_path / "cache")
        assert len(decoded) == 1
        for name in ("frames", "widths", "upright", "weights"):
            assert torch.equal(getattr(first, name), getattr(second, name)), name
            assert getattr(first, name).dtype == getattr(second, name).dtype

    def test_a_changed_tar_is_decoded_again(self, tmp_path, encoded, write_tar, decoded):
        tar = write_tar(tmp_path / "a.tar", {"1.png": encoded(flat(RED))})
        load_pictures([tar], tmp_path / "cache")
        write_tar(tar, {"1.png": encoded(flat(BLUE))})
        os.utime(tar, ns=(1, 1))
        assert middle(load_pictures([tar], tmp_path / "cache"), 0) == list(BLUE)
        assert len(decoded) == 2

    def test_other_sources_are_decoded_for_themselves(self, tmp_path, encoded, write_tar, decoded):
        first = write_tar(tmp_path / "a.tar", {"1.png": encoded(flat(RED))})
        second = write_tar(tmp_path / "b.tar", {"1.png": encoded(flat(BLUE))})
        assert middle(load_pictures([first], tmp_path / "cache"), 0) == list(RED)
        assert middle(load_pictures([second], tmp_path / "cache"), 0) == list(BLUE)
        assert len(load_pictures([first, second], tmp_path / "cache")) == 2
        assert len(decoded) == 3

    def test_a_picture_more_in_a_folder_is_seen(self, tmp_path, folder_of, decoded):
        folder = folder_of(flat(RED))
        os.utime(folder, ns=(1, 1))
        load_pictures([folder], tmp_path / "cache")
        folder = folder_of(flat(RED), flat(BLUE))
        assert len(load_pictures([folder], tmp_path / "cache")) == 2
        assert len(decoded) == 2

    def test_a_picture_more_deep_in_a_folder_is_seen(self, tmp_path, folder_of, encoded, decoded):
        folder = folder_of(flat(RED))
        (folder / "deep").mkdir()
        load_pictures([folder], tmp_path / "cache")
        (folder / "deep" / "x.png").write_bytes(encoded(flat(BLUE)))
        assert len(load_pictures([folder], tmp_path / "cache")) == 2

    def test_a_picture_changed_in_a_folder_is_seen(self, tmp_path, folder_of, encoded, decoded):
        folder = folder_of(flat(RED))
        load_pictures([folder], tmp_path / "cache")
        (folder / "0.png").write_bytes(encoded(flat(BLUE, 100, 70)))
        assert middle(load_pictures([folder], tmp_path / "cache"), 0) == list(BLUE)

    def test_a_cache_of_another_layout_is_made_anew(self, tmp_path, folder_of):
        """Such as one that an earlier version wrote, with fewer notes."""
        folder = folder_of(flat(RED))
        load_pictures([folder], tmp_path / "cache")
        (notes,) = (tmp_path / "cache").glob("*.npz")
        np.savez(notes, widths=np.array([LONG]))
        assert middle(load_pictures([folder], tmp_path / "cache"), 0) == list(RED)

    def test_an_interrupted_write_is_not_taken_for_a_cache(
        self, tmp_path, folder_of, decoded, monkeypatch
    ):
        folder = folder_of(flat(RED))

        def fail(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr("numpy.save", fail)
            load_pictures([folder], tmp_path / "cache")
        assert middle(load_pictures([folder], tmp_path / "cache"), 0) == list(RED)


@pytest.fixture(scope="class")
def pictures(tmp_path_factory, encoded, halves):
    """0: lying, red left of green; 1: standing, red above blue; 2: lying, red above blue;
    3: standing, red left of green; 4: a flat square."""
    folder = tmp_path_factory.mktemp("crops")
    for number, rgb in enumerate(
        [
            halves(324, 240, RED, GREEN, stacked=False),
            halves(240, 324, RED, BLUE, stacked=True),
            halves(324, 240, RED, BLUE, stacked=True),
            halves(240, 324, RED, GREEN, stacked=False),
            flat(RED, 240, 240),
        ]
    ):
        (folder / f"{number}.png").write_bytes(encoded(rgb))
    return load_pictures([folder])


class TestCrop:
    """Geometry, on pictures of two colours."""

    def test_shape_range_and_seed(self, pictures):
        index = torch.tensor([0, 1, 2, 3, 4])
        first, again, other = (
            crop(pictures, index, 48, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
        )
        assert first.shape == (5, 3, 48, 48)
        assert first.dtype == torch.float32
        assert first.min() >= 0
        assert first.max() <= 1
        assert torch.equal(first, again)
        assert not torch.equal(first, other)

    @pytest.mark.parametrize("index", [0, 3])
    def test_left_and_right_change_places_and_nothing_else(self, pictures, index):
        """Rows are all alike; about half of the crops are mirrored."""
        found = crops(pictures, index, 200)
        assert float((found - found[:, :, :1]).abs().max()) < 1
        row = found[:, 0, 0]  # red is 200 or 20
        mixed = ((row.amax(1) > 190) & (row.amin(1) < 30)).nonzero()[:, 0]
        steps = row[mixed].diff(dim=1)
        falling, rising = (steps <= 0.5).all(1), (steps >= -0.5).all(1)
        assert (falling | rising).all()
        assert 0.35 < float(falling.float().mean()) < 0.65
        assert len(mixed) > 50

    @pytest.mark.parametrize("index", [1, 2])
    def test_what_is_above_stays_above(self, pictures, index):
        found = crops(pictures, index, 200)
        assert float((found - found[:, :, :, :1]).abs().max()) < 1
        column = found[:, 0, :, 0]
        assert (column.diff(dim=1) <= 0.5).all()
        assert int(((column[:, 0] > 190) & (column[:, -1] < 40)).sum()) > 50

    def test_places_differ(self, pictures):
        """The edge between the colours falls anywhere, also outside."""
        share = (crops(pictures, 0, 200)[:, 0, 0] > 110).float().mean(1)
        assert float((share == 0).float().mean()) > 0.005
        assert float((share == 1).float().mean()) > 0.005
        assert len(share.unique()) > 15

    def test_sizes_differ_within_their_limits(self, tmp_path, folder_of):
        """A ramp across the picture tells how wide a crop is: 0.55 to 1.15 of the short side."""
        ramp = np.repeat(np.linspace(0, 255, LONG)[None], SHORT, 0)
        rgb = np.repeat(np.rint(ramp)[..., None], 3, 2).astype(np.uint8)
        found = crops(load_pictures([folder_of(rgb)]), 0, 200)[:, 0, 16]
        width = (found[:, 0] - found[:, -1]).abs() / 255 * LONG * 32 / 31
        assert 0.4**0.5 * (3 / 4) ** 0.5 * SHORT - 4 < float(width.min()) < 0.65 * SHORT
        assert SHORT < float(width.max()) < (4 / 3) ** 0.5 * SHORT + 4

    @pytest.mark.parametrize("size", [32, 256])
    def test_a_flat_picture_has_flat_crops(self, pictures, size):
        """Nothing of the padding on the right of a narrow frame gets in."""
        found = crops(pictures, 4, 16, size)
        expected = torch.tensor(RED, dtype=torch.float32)[:, None, None].expand(3, size, size)
        assert float((found - expected).abs().max()) < 1

    def test_shrinking_averages(self, folder_of):
        """A checkerboard of single pixels becomes gray instead of a pattern."""
        board = (np.indices((SHORT, LONG)).sum(0) % 2 * 255).astype(np.uint8)
        pictures = load_pictures([folder_of(np.repeat(board[..., None], 3, 2))])
        found = crops(pictures, 0, 8, size=64)
        assert float(found.std(dim=(1, 2, 3)).max()) < 64
        assert float(found.mean()) == pytest.approx(127.5, abs=3)

    def test_the_same_on_a_device_copy(self, pictures):
        copy = pictures.to(torch.device("cpu"))
        assert torch.equal(crops(copy, 1, 4), crops(pictures, 1, 4))
