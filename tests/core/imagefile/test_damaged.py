"""Damaged and cut files are refused; whole ones that look odd are read."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tui_colorize.imagefile import read_still

from .makers import CLAIMS, WHOLE, encoded, picture, png, refused, smooth, tiff, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


@pytest.mark.parametrize("name", WHOLE)
def test_truncated_wherever_it_is_cut(tmp_path, name):
    data, path = WHOLE[name], tmp_path / name
    path.write_bytes(data)
    assert read_still(path).pixels.ndim in (2, 3)
    cuts = {*range(20, len(data), max(1, len(data) // 40)), len(data) - 13, len(data) - 5}
    for length in sorted(cuts):
        path.write_bytes(data[:length])
        assert "damaged or cut short" in refused(path), length


JPEG_KINDS = {
    "usual": {},
    "full colour": {"quality": 95, "subsampling": 0},
    "restarts": {"restart_marker_rows": 1},
    "gray": {"mode": "L"},
    "CMYK": {"mode": "CMYK"},
    "fill bytes": {},
}


@pytest.mark.parametrize("kind", JPEG_KINDS)
def test_a_jpeg_whose_data_ends_early_is_never_half_gray(tmp_path, kind):
    options = dict(JPEG_KINDS[kind])
    path = tmp_path / "a.jpg"
    # A thumbnail, with scan and end markers of its own, must not confuse.
    options["exif"] = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0" + encoded("JPEG", picture(3))
    samples = np.tile(smooth(), (3, 3, 1))
    write_pillow(path, samples, options.pop("mode", "RGB"), **options)
    data = path.read_bytes()
    if kind == "fill bytes":
        frame = data.rindex(b"\xff\xc0")
        data = data[:frame] + b"\xff\xff" + data[frame:]
    path.write_bytes(data)
    assert read_still(path).pixels.shape[:2] == samples.shape[:2]
    path.write_bytes(data + b"what cameras put behind the end\xff\xd9")
    assert read_still(path).pixels.shape[:2] == samples.shape[:2]
    scan = data.rindex(b"\xff\xda")
    for length in range(scan + 20, len(data) - 40, (len(data) - scan) // 20):
        path.write_bytes(data[:length].rstrip(b"\xff") + b"\xff\xd9")
        assert "damaged" in refused(path), length


def test_a_jpeg_with_a_scan_for_each_component(tmp_path):
    planes = [encoded("JPEG", smooth()[..., c]) for c in range(3)]
    frame, scan = planes[0].index(b"\xff\xc0"), planes[0].index(b"\xff\xda")
    header = bytearray(planes[0][:frame] + b"\xff\xc0\0\x11" + planes[0][frame + 4 : frame + 9])
    header += b"\3" + b"".join(bytes((c + 1, 0x11, 0)) for c in range(3))
    header += planes[0][frame + 13 : scan]
    for component, plane in enumerate(planes, 1):
        data = plane[plane.index(b"\xff\xda") + 10 : -2]
        header += b"\xff\xda\0\x08\1" + bytes((component, 0, 0, 63, 0)) + data
    (tmp_path / "a.jpg").write_bytes(header + b"\xff\xd9")
    pixels = read_still(tmp_path / "a.jpg").pixels
    colours = Image.merge("YCbCr", [Image.open(io.BytesIO(plane)) for plane in planes])
    assert np.abs(pixels.astype(int) - np.asarray(colours.convert("RGB"))).max() <= 2


def test_a_wrong_byte_anywhere_in_a_png(tmp_path):
    path = tmp_path / "a.png"
    for position in range(8, len(WHOLE["deep.png"]) - 12, 97):
        data = bytearray(WHOLE["deep.png"])
        data[position] ^= 0x55
        path.write_bytes(data)
        refused(path)


def test_a_tiff_that_lacks_strips(tmp_path):
    path = tmp_path / "a.tif"
    whole = tiff(picture(1), rows=23)
    path.write_bytes(whole)
    assert np.array_equal(read_still(path).pixels, picture(1))
    path.write_bytes(tiff(picture(1), tile=16, t257=50))
    assert "damaged" in refused(path)
    path.write_bytes(tiff(picture(1), rows=23, t278=5))
    assert "damaged" in refused(path)
    planes = {"t262": 2, "t277": 3, "t284": 2}
    path.write_bytes(tiff(picture(1), rows=23, **planes))
    assert "damaged" in refused(path)


def test_rows_per_strip_without_a_limit(tmp_path):
    (tmp_path / "a.tif").write_bytes(tiff(picture(1), rows=23, t278=2**32 - 1))
    assert np.array_equal(read_still(tmp_path / "a.tif").pixels, picture(1))


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 1), (1, 9)])
def test_interlaced_png_of_few_pixels(tmp_path, size):
    samples = picture(3, np.uint16, *size)
    (tmp_path / "a.png").write_bytes(png(samples, 2, interlaced=True))
    assert np.array_equal(read_still(tmp_path / "a.png").pixels, samples)


def test_a_fax_that_lacks_its_last_bytes(tmp_path):
    path = tmp_path / "a.tif"
    page = Image.fromarray(picture(1)).convert("1")
    page.save(path, compression="group4")
    with Image.open(path) as image:
        (start,), (count,) = image.tag_v2[273], image.tag_v2[279]
    strip = np.frombuffer(path.read_bytes(), np.uint8, count, start)[None]
    data = tiff(strip, t256=37, t257=23, t258=1, t259=4, t278=23)  # ends with the strip
    path.write_bytes(data)
    assert np.array_equal(read_still(path).pixels, np.asarray(page) * 255)
    for length in range(len(data) - 5, len(data)):
        path.write_bytes(data[:length])
        assert "damaged" in refused(path), length


@pytest.mark.parametrize("name", CLAIMS)
def test_more_rows_in_the_header_than_in_the_data(tmp_path, name):
    path = tmp_path / name
    if name != "a.ppm":
        path.write_bytes(CLAIMS[name](37, 23))
        assert read_still(path).pixels.shape[:2] == (23, 37)
    path.write_bytes(CLAIMS[name](37, 40))
    refused(path)


def test_libraries_say_nothing_on_stderr(tmp_path):
    corrupt = bytearray(WHOLE["deepdeflate.tif"])
    corrupt[-100] ^= 0x55
    lzw = bytearray(WHOLE["lzw.tif"])
    lzw[10:400] = bytes(range(130)) * 3
    files = {
        "corrupt.tif": bytes(corrupt),
        "lzw.tif": bytes(lzw),
        "samples.tif": tiff(picture(1), t277=60000),
        "directory.tif": encoded("TIFF")[:-20],
        "end.tif": encoded("TIFF", compression="tiff_adobe_deflate")[:-3],
        "wide.png": CLAIMS["8.png"](9999, 9999),  # above the size at which Pillow warns
        "exif.jpg": encoded("JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0garbage"),
        "cut.png": WHOLE["deep.png"][:-100],
        "cut.jpg": WHOLE["baseline.jpg"][:-100],
        "text.png": b"words",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    program = (
        "import sys, pathlib\n"
        "from tui_colorize.errors import UserError\n"
        "from tui_colorize.imagefile import read_still\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try:\n"
        "        read_still(path)\n"
        "        print(path.name, 'read')\n"
        "    except UserError:\n"
        "        print(path.name, 'refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", program, tmp_path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{name} {'read' if name == 'exif.jpg' else 'refused'}" for name in sorted(files)
    ]
