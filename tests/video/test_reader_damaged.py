"""What is no film is refused in a sentence; of a damaged one, what is there is delivered."""

from __future__ import annotations

import os
import random
from fractions import Fraction

import av
import pytest
from makers import film, with_b_frames

from tui_colorize.errors import UserError
from tui_colorize.video.reader import VideoReader


def refused(path):
    with pytest.raises(UserError) as caught:
        VideoReader(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_missing(tmp_path):
    """No such file."""
    assert "no such file" in refused(tmp_path / "a.mkv").lower()


def test_empty(tmp_path):
    """Nothing in it."""
    (tmp_path / "a.mp4").touch()
    assert refused(tmp_path / "a.mp4").endswith("is empty")


def test_folder_and_device(tmp_path):
    """Neither is opened."""
    assert "is a folder" in refused(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["a.mp4", "a.txt", "a.nfo"])
def test_text(tmp_path, name):
    """Text is no film, though FFmpeg could play it."""
    (tmp_path / name).write_text("Dear Sir,\n" * 200)
    refused(tmp_path / name)


def test_noise(tmp_path):
    """Random bytes."""
    (tmp_path / "a.mkv").write_bytes(random.Random(0).randbytes(5000))
    refused(tmp_path / "a.mkv")


def test_playlist_reaches_nothing(tmp_path):
    """A playlist does not lead to other files or the network."""
    film(tmp_path / "secret.ts", codec="libx264")
    path = tmp_path / "a.m3u8"
    path.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n")
    refused(path)


def test_name_is_made_printable(tmp_path):
    """What a name holds does not steer the terminal."""
    assert "\x1b" not in refused(tmp_path / "\x1b[31m.mkv")


def test_names_that_look_like_protocols(tmp_path, monkeypatch):
    """A colon in a name is only a colon."""
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "concat:a.mkv")
    with VideoReader("concat:a.mkv") as reader:
        assert len(list(reader)) == 8


def test_sound_only(tmp_path):
    """No picture in it."""
    path = tmp_path / "a.mka"
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert refused(path).endswith("holds no video")


def test_no_frames(tmp_path):
    """A header without frames."""
    path = film(tmp_path / "a.mkv", frames=0)
    assert "no frame" in refused(path) or "cannot be read" in refused(path)


@pytest.mark.parametrize("codec", ["ffv1", "vp8", "mjpeg"])
def test_huge(tmp_path, codec):
    """A size that would fill the memory is refused, whatever the codec."""
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_mux_stream(codec, rate=25, width=16000, height=16000)
        stream.time_base = Fraction(1, 1000)
        packet = av.Packet(b"\0" * 100)
        packet.stream, packet.pts, packet.dts, packet.is_keyframe = stream, 0, 0, True
        packet.time_base = Fraction(1, 25)
        container.mux(packet)
    assert "too large" in refused(path)


CUT = ["a.mkv", "a.mp4", "a.mov", "a.ts", "a.avi", "a.webm"]


@pytest.mark.parametrize("sound", ["none", "beside", "first"])
@pytest.mark.parametrize("name", CUT)
def test_truncated(tmp_path, name, sound):
    """The frames before the cut are delivered, and a sentence tells that the rest is missing,
    also where all of the sound is before the cut."""
    path = long_film(tmp_path / name, sound)
    with VideoReader(path) as reader:
        assert len(list(reader)) == 120
        assert not reader.problems
    size = path.stat().st_size // 2
    path.write_bytes(path.read_bytes()[: size - (size % 188 == 0)])
    with VideoReader(path) as reader:
        assert any("is incomplete" in problem for problem in reader.problems)  # already
        frames = list(reader)
        assert 20 < len(frames) < 110
        assert any("is incomplete" in problem for problem in reader.problems)
        assert all(name in problem for problem in reader.problems)


@pytest.mark.parametrize("name", CUT)
def test_a_little_is_missing(tmp_path, name):
    """A few bytes less are noticed, and a few more are no damage."""
    path = long_film(tmp_path / name, "none")
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with VideoReader(path) as reader:
        assert len(list(reader)) >= 110
        assert any("is incomplete" in problem for problem in reader.problems)
    if name != "a.ts":  # there it is half a packet
        path.write_bytes(whole + bytes(2))
        with VideoReader(path) as reader:
            assert len(list(reader)) == 120
            assert not any("is incomplete" in problem for problem in reader.problems)


def long_film(path, sound):
    """120 frames that take more room than the sound."""
    webm = path.suffix == ".webm"
    voice = {".avi": "mp3", ".webm": "libopus"}.get(path.suffix, "aac")
    return film(
        path,
        frames=120,
        codec="libvpx" if webm else "libx264",
        size=(128, 96),
        options={"g": "10"} if webm else {"g": "10", "qp": "10", "preset": "veryfast"},
        sound=() if sound == "none" else (voice,),
        sound_first=sound == "first",
        muxer_options={"movflags": "faststart"} if path.suffix in (".mp4", ".mov") else {},
    )


def test_corrupt_middle(tmp_path):
    """Damage in the middle costs what it hits; the rest keeps index and time."""
    path = with_b_frames(tmp_path / "a.mp4", frames=60, size=(64, 48))
    with VideoReader(path) as reader:
        sound = {frame.index: frame.pts for frame in reader}
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        hit = [(packet.pos, packet.size) for packet in packets[20:24]]
    data = bytearray(path.read_bytes())
    for position, size in hit:
        data[position : position + size] = random.Random(1).randbytes(size)
    path.write_bytes(bytes(data))
    with VideoReader(path) as reader:
        left = {frame.index: frame.pts for frame in reader}
        assert 40 < len(left) <= 60
        assert left.items() <= sound.items()
        assert reader.problems


@pytest.mark.parametrize("seed", range(12))
def test_scattered_damage(tmp_path, seed):
    """Flipped bytes anywhere: frames or one sentence, never another error, never a wrong order."""
    rng = random.Random(seed)
    path = tmp_path / rng.choice(["a.mkv", "a.mp4", "a.ts", "a.avi"])
    with_b_frames(path)
    data = bytearray(path.read_bytes())
    for _ in range(60):
        data[rng.randrange(len(data))] = rng.randrange(256)
    path.write_bytes(bytes(data))
    try:
        with VideoReader(path) as reader:
            frames = list(reader)
    except UserError:
        return
    places = [(frame.index, frame.pts) for frame in frames]
    assert places == sorted(set(places))
    assert len({pts for _, pts in places}) == len(places)
