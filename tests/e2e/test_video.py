"""`tui-colorize video` as its users run it: another process, the bundled weights."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

COMMAND = [sys.executable, "-m", "tui_colorize", "video"]
WIDTH, HEIGHT, FRAMES = 96, 64, 120
STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    for process in STARTED:
        process.kill()
        process.wait()
    STARTED.clear()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Sixty frames of a light disc that moves over a dark ground, with a tone."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for number in range(FRAMES):
            disc = (x - 25 - 0.5 * number) ** 2 + (y - 30) ** 2 < 200
            gray = np.where(disc, 190, 60 + x // 4).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.dstack([gray] * 3), format="rgb24")
            container.mux(video.encode(frame.reformat(format="yuv420p")))
        tone = np.sin(np.arange(20000) / 3) * 8000
        samples = av.AudioFrame.from_ndarray(tone.astype(np.int16)[None], "s16", "mono")
        samples.sample_rate = 8000
        container.mux(sound.encode(samples))
        container.mux(video.encode(None))
    return path


def start(*arguments) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def run(*arguments) -> tuple[int, str, str]:
    process = start(*arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def decoded(path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def sound_of(path) -> bytes:
    with av.open(str(path)) as container:
        return b"".join(bytes(packet) for packet in container.demux(audio=0))


def test_a_film_is_coloured_with_its_sound_and_luma(film):
    """One hint on the first frame, results as JSON; luma and sound are the source's."""
    Path("hints.csv").write_text("frame,x,y,color\n0,25,30,#c83232\n")
    status, out, err = run(
        film, "-o", "out.mkv", "--hints", "hints.csv", "--codec", "ffv1", "--json"
    )
    assert status == 0, err
    result = json.loads(out)
    assert (result["frames"], result["shots"], result["hints"]) == (FRAMES, 1, 1)
    assert (result["error"], result["problems"]) == (None, [])
    assert sound_of("out.mkv") == sound_of(film)
    for before, after in zip(decoded(film), decoded("out.mkv"), strict=True):
        assert np.array_equal(before[:HEIGHT], after[:HEIGHT])
    with av.open("out.mkv") as container:
        last = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1]
    red, green, blue = last[26:34, 50:58].reshape(-1, 3).mean(0)
    assert red > green + 20
    assert red > blue + 20


def test_bad_input_is_refused_in_a_sentence(film):
    """The hint file's line and column are named; nothing is written, nothing replaced."""
    Path("far.csv").write_text("frame,x,y,color\n0,1,1,red\n120,1,1,red\n")
    Path("wide.csv").write_text("x,y,color\n96,1,red\n")
    Path("text.mkv").write_text("no film")
    Path("there.mkv").write_text("mine")
    for arguments, words in (
        ((film, "-o", "o.mkv", "--hints", "far.csv"), ("far.csv, line 3, column 'frame'", "120")),
        ((film, "-o", "o.mkv", "--hints", "wide.csv"), ("wide.csv, line 2, column 'x'",)),
        ((film, "-o", "there.mkv"), ("there.mkv exists already",)),
        (("text.mkv", "-o", "o.mkv"), ("text.mkv",)),
        ((film, "-o", "o.mkv", "--every", "x"), ("auto",)),
        ((film, "-o", "o.mkv", "--chroma", "411"), ("420, 422 or 444",)),
        ((film, "-o", "o.mkv", "--reference", "far.csv"), ("FRAME=PICTURE",)),
    ):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("tui-colorize: ")
        assert err.count("\n") == 1
        assert all(word in err for word in words)
    assert Path("there.mkv").read_text() == "mine"
    assert not list(Path().glob("o.mkv")) + list(Path().glob(".*"))


def test_what_is_left_of_a_film_is_coloured(film):
    """One that was cut off comes out as far as it goes; status 1 and a sentence tell so."""
    with av.open(str(film)) as source, av.open("silent.mkv", "w") as silent:
        stream = silent.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                silent.mux(packet)
    whole = Path("silent.mkv").read_bytes()
    Path("cut.mkv").write_bytes(whole[: len(whole) // 2])
    status, out, err = run("cut.mkv", "-o", "out.mkv", "--codec", "ffv1")
    assert status == 1, err
    assert "frames" in out
    assert [line for line in err.splitlines() if "cut.mkv is incomplete" in line], err
    before, after = decoded(film), decoded("out.mkv")
    assert 10 < len(after) < FRAMES
    for one, other in zip(before, after, strict=False):
        assert np.array_equal(one[:HEIGHT], other[:HEIGHT])


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 300
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_was_interrupted_goes_on(film, how):
    """After Ctrl-C (which says so) as after kill -9, --resume makes the same film."""
    settings = ("--codec", "ffv1", "--every", "4")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # also in background jobs
    process = start(film, "-o", "out.mkv", *settings)
    signal.signal(signal.SIGINT, before)
    wait_for(Path(".out.mkv.parts/state.npz"), process)
    process.send_signal(how)
    _, err = process.communicate(timeout=300)
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert "--resume" in err
    assert not Path("out.mkv").exists()
    status, _, err = run(film, "-o", "out.mkv", *settings, "--resume")
    assert status == 0, err
    status, _, err = run(film, "-o", "whole.mkv", *settings)
    assert status == 0, err
    for one, two in zip(decoded("out.mkv"), decoded("whole.mkv"), strict=True):
        assert np.array_equal(one, two)
    assert not Path(".out.mkv.parts").exists()
