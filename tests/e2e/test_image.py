"""`tui-colorize image` as its users run it: another process, the bundled weights."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tui_colorize import Colorizer
from tui_colorize.hintfile import read_hints
from tui_colorize.imagefile import read_still

COMMAND = [sys.executable, "-m", "tui_colorize"]
ESCAPE = "\x1b]0;owned\x07\x1b[2J"
HINTS = "x,y,color,radius\n10,8,#c03020,2\n50,30,teal,\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ctrl_c():
    """Makes it work in a shell's background jobs, which ignore it, as does all they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def scene(width: int = 64, height: int = 48) -> Image.Image:
    """A bright disc on a gradient."""
    y, x = np.mgrid[:height, :width]
    disc = (x - width / 3) ** 2 + (y - height / 2) ** 2 < (height / 4) ** 2
    return Image.fromarray(np.where(disc, 220, 40 + 100 * x // width).astype(np.uint8))


def start(*arguments: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(*arguments: str, **options) -> tuple[int, str, str]:
    process = start(*arguments, **options)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def test_the_results_are_those_of_python_to_the_last_bit():
    """Gray and coloured, 8 and 16 bits, alpha, CMYK, turned, with and without hints."""
    gray = scene()
    turned = Image.Exif()
    turned[0x0112] = 6
    Path("in").mkdir()
    gray.save("in/gray.png")
    Image.fromarray(np.asarray(gray).astype(np.uint16) * 200).save("in/deep.png")
    Image.merge("RGB", [gray, gray.rotate(180), gray]).save("in/colored.tif")
    Image.merge("LA", [gray, gray.rotate(180)]).save("in/alpha.png")
    gray.convert("CMYK").save("in/cmyk.jpg")
    gray.transpose(Image.Transpose.ROTATE_90).save("in/turned.webp", lossless=True, exif=turned)
    for name in ("gray", "deep", "turned"):
        Path(f"in/{name}.csv").write_text(HINTS)

    status, out, err = run("image", "in", "-o", "out", "--hints", "in", "--device", "cpu", "--json")

    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document["error"] is None
    done = {Path(file["input"]).name: file for file in document["files"]}
    pictures = [path for path in Path("in").iterdir() if path.suffix != ".csv"]
    assert done.keys() == {path.name for path in pictures}
    colorizer = Colorizer(device="cpu")
    for path in pictures:
        file, still = done[path.name], read_still(path)
        hint_file = path.with_suffix(".csv")
        hints = read_hints(hint_file) if hint_file.exists() else []
        expected = colorizer.colorize(still.pixels, hints)
        result = read_still(Path(file["output"]))
        assert file["error"] is None
        assert (file["width"], file["height"]) == (64, 48)
        assert file["hints"] == len(hints)
        assert file["device"] == "cpu"
        assert file["seconds"] > 0
        assert expected.dtype == result.pixels.dtype == still.pixels.dtype
        assert np.ptp(expected.astype(int), axis=2).max() > 10, "colourless"
        if path.suffix != ".jpg":
            assert np.array_equal(result.pixels, expected), path.name
        if still.alpha is not None:
            assert result.alpha is not None
            assert np.array_equal(result.alpha, still.alpha)
    assert read_still(Path("out/deep-color.png")).pixels.dtype == np.uint16


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_between_two_pictures():
    """What is done stays, what is not leaves no trace."""
    Path("in").mkdir()
    scene().save("in/a.png")
    for number in range(40):
        scene(1200, 900).save(f"in/b{number}.png")
    process = start("image", "in", "-o", "out")
    deadline = time.monotonic() + 300
    while not Path("out/a-color.png").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (130, "tui-colorize: interrupted\n")
    assert "out/a-color.png" in out
    results = list(Path("out").iterdir())
    assert {path.suffix for path in results} == {".png"}
    assert len(results) < 41
    for path in results:
        read_still(path)  # whole


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_before_there_is_anything():
    """The hints come from a pipe that nobody writes to."""
    scene().save("a.png")
    os.mkfifo("hints.csv")
    process = start("image", "a.png", "-o", "b.png", "--hints", "hints.csv")
    with Path("hints.csv").open("w"):  # waits until the process has opened its end
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (130, "", "tui-colorize: interrupted\n")
    assert not Path("b.png").exists()


def test_hints_may_come_from_a_pipe():
    scene().save("a.png")
    reading, writing = os.pipe()
    os.write(writing, b"x,y,color\n64,1,red\n")
    os.close(writing)
    status, _, err = run(
        "image", "a.png", "-o", "b.png", "--hints", f"/dev/fd/{reading}", pass_fds=[reading]
    )
    assert status == 2
    assert "line 2, column 'x': 64 is outside the picture" in err


def test_names_never_reach_the_terminal_raw():
    scene().save(f"good{ESCAPE}.png")
    Path(f"bad{ESCAPE}.png").write_text("no picture")
    names = (f"good{ESCAPE}.png", f"bad{ESCAPE}.png", f"gone{ESCAPE}.png")
    status, out, err = run("image", *names, "-o", f"out{ESCAPE}/")
    assert status == 2
    assert r"good\x1b]0;owned\x07\x1b[2J-color.png: 64 x 48, 0 hints" in out
    assert "2 of 3 pictures" in err
    assert (out + err).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "arguments", [["--version"], ["image", "gone.png", "-o", "b.png", "--json"]]
)
def test_a_closed_pipe_is_no_drama(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        status, _, err = run(*arguments, stdout=nobody)
    if arguments == ["--version"]:
        assert (status, err) == (0, "")
    else:
        assert (status, err) == (2, "tui-colorize: gone.png: there is no such file\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_results_that_cannot_be_written_are_not_passed_over():
    with Path("/dev/full").open("w") as full:
        status, _, err = run("image", "gone.png", "-o", "b.png", "--json", stdout=full)
    assert status == 2
    assert err == "tui-colorize: the results cannot be written: no space left on device\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder():
    scene().save("a.png")
    Path("out").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    for out in ("out/b.png", "out/", "out/deeper/"):
        status, _, err = run("image", "a.png", "-o", out)
        assert (status, err.count("\n")) == (2, 1)
        assert "may not be written to" in err


def test_without_a_terminal_the_app_says_so():
    scene().save("a.png")
    status, out, err = run("a.png")
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: the app needs a terminal")
    assert err.count("\n") == 1


def test_nothing_heavy_is_imported_early():
    """Not by the command line itself, and not torch where bad input is refused."""
    code = """
import sys
from tui_colorize import cli
heavy = {"torch", "cv2", "PIL", "numpy", "textual", "rich"}
print(sorted(heavy & set(sys.modules)))
status = cli.main(["image", "gone.png", "-o", "b.png"])
print(status, "torch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout == "[]\n2 False\n"
