"""Damage in the midst of a film's file is noticed, and nothing else is taken for it."""

from __future__ import annotations

import random
from pathlib import Path

import av
import pytest
from makers import film, rich, vfr, with_b_frames
from squares import color, write_film

from tui_colorize.video import integrity
from tui_colorize.video.ebml import CLUSTER, Element, children, segment_of
from tui_colorize.video.ending import is_cut_off
from tui_colorize.video.integrity import Damage
from tui_colorize.video.source import open_film

PACKET = 188  # bytes, of a transport stream


def damaged(path) -> bool:
    container, picture = open_film(path)
    with container:
        damage = Damage(path, container, picture)
        for packet in container.demux():
            damage.saw(packet)
    assert path.name in damage.sentence
    return damage.found


def with_sound(path, **muxer_options):
    vp9 = path.suffix == ".webm"
    return film(
        path,
        frames=60,
        size=(64, 48),
        codec="libvpx-vp9" if vp9 else "libx264",
        sound=("libopus",) if vp9 else ("aac",),
        options={"g": "12"} if vp9 else {"g": "12", "preset": "veryfast"},
        muxer_options=muxer_options,
    )


def plain(path):
    return with_sound(path, write_crc32="0")


def live(path):
    """Sizes are not known when they are written."""
    return with_sound(path, live="1")


def camcorder(path):
    """A transport stream with four more bytes before each packet."""
    return film(
        path,
        frames=60,
        codec="libx264",
        sound=("aac",),
        format="mpegts",
        muxer_options={"mpegts_m2ts_mode": "1"},
    )


def padded(path):
    """A transport stream of constant rate, with empty packets and packets without a payload."""
    return film(
        path, frames=60, codec="libx264", sound=("aac",), muxer_options={"muxrate": "400000"}
    )


KINDS = {
    "a.mkv": [film, rich, vfr, with_b_frames, with_sound, plain, live],
    "a.webm": [with_sound, live],
    "a.ts": [with_sound, with_b_frames, padded],
    "a.m2ts": [camcorder],
    "a.mp4": [with_sound, with_b_frames],
    "a.avi": [with_b_frames],
}
CASES = [(name, make) for name, makers in KINDS.items() for make in makers]
HURT = [case for case in CASES if case[0] not in ("a.mp4", "a.avi")]


@pytest.mark.parametrize(("name", "make"), CASES)
def test_whole_films(tmp_path, name, make):
    """No false alarm, also where the film ends early, which is told elsewhere."""
    options = {"codec": "libx264"} if make is vfr else {}
    path = make(tmp_path / name, **options)
    assert not damaged(path)
    if make is not live and path.suffix not in (".mp4", ".avi"):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 3 // 4])
        assert not damaged(path)


@pytest.mark.parametrize(("name", "make"), HURT)
@pytest.mark.parametrize("part", [0.4, 0.6, 0.8])
@pytest.mark.parametrize("harm", ["overwritten", "zeroed", "cut out"])
def test_damage_in_the_midst(tmp_path, name, make, part, harm):
    """A tenth of the film is lost."""
    path = make(tmp_path / name)
    data = bytearray(path.read_bytes())
    start, length = int(len(data) * part), len(data) // 10
    if harm == "cut out":
        del data[start : start + length]
    else:
        noise = random.Random(0).randbytes(length)
        data[start : start + length] = noise if harm == "overwritten" else bytes(length)
    path.write_bytes(bytes(data))
    container, _ = open_film(path)
    with container:
        assert damaged(path) or (harm == "cut out" and is_cut_off(path, container))


def test_a_single_byte(tmp_path):
    """Where clusters have checksums, nothing escapes."""
    path = with_sound(tmp_path / "a.mkv")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert damaged(path)


def clusters_of(path) -> list[Element]:
    with path.open("rb") as file:
        segment = segment_of(file)
        return [each for each in children(file, segment) if each.identity == CLUSTER]


def test_clusters_of_unknown_size(tmp_path):
    """As browsers record them: they end where something else begins."""
    path = plain(tmp_path / "a.mkv")
    clusters = clusters_of(path)
    data = bytearray(path.read_bytes())
    for each in clusters:
        width = each.start - each.at - 4
        data[each.start - width : each.start] = ((2 << 7 * width) - 1).to_bytes(width, "big")
    path.write_bytes(bytes(data))
    assert len(clusters) > 1
    assert not damaged(path)
    at = clusters[1].at
    path.write_bytes(bytes(data[: at - 40] + bytes(80) + data[at + 40 :]))
    assert damaged(path)


def test_an_end_within_the_head_of_a_cluster(tmp_path):
    """That is no damage in the midst."""
    path = with_sound(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[: clusters_of(path)[-1].at + 3])
    assert not damaged(path)


def packets_of(path) -> list[bytearray]:
    data = path.read_bytes()
    return [bytearray(data[at : at + PACKET]) for at in range(0, len(data), PACKET)]


def of_the_picture(packets: list[bytearray]) -> list[int]:
    """Which packets carry it."""
    return [at for at, each in enumerate(packets) if each[1] & 0x1F == 1 and each[2] == 0]


@pytest.mark.parametrize("at_once", [1, 1000])
def test_packets_that_are_missing(tmp_path, monkeypatch, at_once):
    """The number of one is not the next after that of the one before, read with it or not."""
    monkeypatch.setattr(integrity, "_BLOCK", at_once * PACKET)
    path = with_sound(tmp_path / "a.ts")
    packets = packets_of(path)
    assert not damaged(path)
    del packets[of_the_picture(packets)[9]]
    path.write_bytes(b"".join(packets))
    assert damaged(path)


@pytest.mark.parametrize(("place", "bits"), [(0, 0x40), (1, 0x80)])
def test_heads_of_packets(tmp_path, place, bits):
    """What each begins with is gone; the receiver has marked one that it could not correct."""
    path = with_sound(tmp_path / "a.ts")
    packets = packets_of(path)
    packets[of_the_picture(packets)[-1]][place] ^= bits
    path.write_bytes(b"".join(packets))
    assert damaged(path)


def test_a_transport_stream_behind_something_else(tmp_path):
    """As its packets are not looked for, the demuxer's marks count."""
    path = with_sound(tmp_path / "a.ts")
    packets = packets_of(path)
    path.write_bytes(b"".join([bytes(100), *packets]))
    assert not damaged(path)
    del packets[of_the_picture(packets)[9]]
    path.write_bytes(b"".join([bytes(100), *packets]))
    assert damaged(path)


def test_packets_that_come_twice(tmp_path):
    """Which they may, if they are the same."""
    path = with_sound(tmp_path / "a.ts")
    packets = packets_of(path)
    place = of_the_picture(packets)[9]
    path.write_bytes(b"".join([*packets[: place + 1], *packets[place:]]))
    assert not damaged(path)
    other = bytearray(packets[place])
    other[-20:] = bytes(20)
    path.write_bytes(b"".join([*packets[: place + 1], other, *packets[place + 1 :]]))
    assert damaged(path)


def test_jumps_that_are_announced(tmp_path):
    """By the packet after the jump; without that, packets are missing."""
    path = with_sound(tmp_path / "a.ts")
    packets = packets_of(path)
    ours = of_the_picture(packets)
    after = next(at for at in ours[9:] if packets[at][3] & 0x20)
    gone = ours[ours.index(after) - 3 : ours.index(after)]
    left = [each for at, each in enumerate(packets) if at not in gone]
    path.write_bytes(b"".join(left))
    assert damaged(path)
    packets[after][5] |= 0x80
    path.write_bytes(b"".join(left))
    assert not damaged(path)


def test_films_behind_each_other(tmp_path):
    """Transport streams can be joined as they are; Matroska is read up to the first one's end."""
    for name, make in (("a.ts", with_sound), ("a.mkv", with_sound), ("b.mkv", live)):
        path = make(tmp_path / name)
        path.write_bytes(path.read_bytes() * 2)
        assert not damaged(path)


def test_what_the_demuxer_marks(tmp_path):
    """Formats that tell nothing by themselves."""
    path = with_b_frames(tmp_path / "a.mp4")
    container, picture = open_film(path)
    with container:
        damage = Damage(path, container, picture)
        packet = next(container.demux())
        damage.saw(packet)
        assert not damage.found
        packet.is_corrupt = True
        damage.saw(packet)
        assert damage.found


def test_vp9_is_judged_by_a_stricter_decoder(tmp_path):
    """WebM has no checksums, and FFmpeg's own decoder shows whatever comes out."""
    path = film(tmp_path / "a.webm", frames=30, size=(128, 96), codec="libvpx-vp9", options={})
    with av.open(str(path)) as container:
        packet = [each for each in container.demux() if each.size][3]
        at, size = packet.pos, packet.size
    data = bytearray(path.read_bytes())
    at = data.index(bytes(packet), at)
    data[at + size // 2 : at + size] = random.Random(3).randbytes(size - size // 2)
    path.write_bytes(bytes(data))
    assert damaged(path)


@pytest.mark.parametrize("judge", ["libvpx-vp9", "not built in"])
def test_what_the_stricter_decoder_does_not_know(tmp_path, monkeypatch, judge):
    """As its build may not hold more than 8 bits: it has no say."""
    monkeypatch.setattr(integrity, "_JUDGES", {"h264": judge})
    assert not damaged(with_b_frames(tmp_path / "a.mp4"))


def test_it_is_said_when_the_film_is_done(network, tmp_path, monkeypatch):
    """With what is there coloured, also by a run that only goes on."""
    monkeypatch.chdir(tmp_path)
    path = Path(write_film("film.mkv", (40,)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))

    class Enough(Exception):
        pass

    def stop(now):
        if now.done == 4:
            raise Enough

    with pytest.raises(Enough):
        color("film.mkv", "out.mkv", [], network, progress=stop)
    result = color("film.mkv", "out.mkv", [], network, resume=True)
    assert result.frames >= 39
    assert "film.mkv is damaged: parts of it are lost or overwritten" in result.problems
