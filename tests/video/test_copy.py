"""All that is not the picture: copied bit for bit, or said to be otherwise."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import av
import pytest
from makers import film, packets_of, rich, video_times, with_b_frames

ROUNDED = "frames' times are rounded to the millisecond in .mkv; .mp4 and .mov keep them"


def tags_of(path):
    with av.open(str(path)) as container:
        return [
            (stream.type, stream.language, int(stream.disposition)) for stream in container.streams
        ]


def chapters_of(path):
    with av.open(str(path)) as container:
        return [
            (
                chapter["start"] * chapter["time_base"],
                chapter["end"] * chapter["time_base"],
                chapter["metadata"].get("title"),
            )
            for chapter in container.chapters()
        ]


def test_everything_in_matroska(tmp_path, recolor):
    """Sound, subtitles, font, chapters, tags: all there, all the same."""
    source, out = rich(tmp_path / "a.mkv"), tmp_path / "b.mkv"
    _, notices = recolor(source, out, codec="ffv1")
    assert notices == []
    assert video_times(out) == video_times(source)
    for kind, number in (("audio", 0), ("audio", 1), ("subtitle", 0)):
        assert packets_of(out, kind, number) == packets_of(source, kind, number)
        assert len(packets_of(out, kind, number)) > 1
    assert tags_of(out) == tags_of(source)
    assert chapters_of(out) == chapters_of(source)
    with av.open(str(source)) as before, av.open(str(out)) as after:
        assert after.metadata["title"] == "A film"
        assert after.metadata["ARTIST"] == "Somebody"
        fonts = [before.streams.attachments[0], after.streams.attachments[0]]
        assert fonts[0].data == fonts[1].data
        assert fonts[1].name == "font.ttf"
        assert fonts[1].mimetype == "font/ttf"


def test_mp4(tmp_path, recolor):
    """What MP4 cannot hold is brought to what it can, or left out, with a sentence each."""
    source, out = rich(tmp_path / "a.mkv"), tmp_path / "b.mp4"
    _, notices = recolor(source, out)
    for number in (0, 1):
        assert packets_of(out, "audio", number) == packets_of(source, "audio", number)
    assert any("subtitle srt (fra)" in each and "mov_text" in each for each in notices)
    assert any("attachment" in each and "left out" in each for each in notices)
    assert len(notices) == 2
    texts = [data[2:] for _, data in packets_of(out, "subtitle") if len(data) > 2]
    assert texts == [b"Good evening.", b"Good night."]
    assert chapters_of(out) == chapters_of(source)
    with av.open(str(out)) as container:
        assert container.metadata["title"] == "A film"
        assert [stream.language for stream in container.streams][:4] == ["und", "eng", "deu", "fra"]


def test_times_between_milliseconds(tmp_path, recolor):
    """Where Matroska rounds them it is said; MOV keeps them."""
    odd = film(tmp_path / "a.mp4", codec="mpeg4", rate=24, time_base=Fraction(1, 24))
    _, (notice,) = recolor(odd, tmp_path / "b.mkv")
    assert "rounded to the millisecond in .mkv" in notice
    assert recolor(odd, tmp_path / "b.mov")[1] == []
    assert video_times(tmp_path / "b.mov") == video_times(odd)
    even = film(tmp_path / "c.mp4", codec="mpeg4", rate=25, time_base=Fraction(1, 25))
    assert recolor(even, tmp_path / "d.mkv")[1] == []
    assert video_times(tmp_path / "d.mkv") == video_times(even)


def test_tags_without_a_place(tmp_path, recolor):
    """Tags that MP4 has no place for are named."""
    source = film(tmp_path / "a.mkv", metadata={"title": "A film", "ARCHIVE_NUMBER": "12"})
    _, notices = recolor(source, tmp_path / "b.mp4")
    assert notices == ["the format of the file has no place for: ARCHIVE_NUMBER"]
    assert recolor(source, tmp_path / "b.mkv")[1] == []


def test_names_that_are_not_text(tmp_path, recolor):
    """Tags in an unknown encoding are copied byte for byte."""
    source = film(tmp_path / "a.mkv", metadata={"title": "TITLETITLE"})
    data = source.read_bytes().replace(b"TITLETITLE", b"T\xe9tle\xff\xfe1234"[:10])
    source.write_bytes(data)
    recolor(source, tmp_path / "b.mkv", codec="ffv1")
    assert b"T\xe9tle\xff\xfe123" in (tmp_path / "b.mkv").read_bytes()


def test_sound_whose_time_stands_still(tmp_path, recolor):
    """Repeated and backward times of a damaged source do not spoil the whole film."""
    source = tmp_path / "a.mkv"
    with_b_frames(tmp_path / "plain.mkv", sound=("aac",))
    with av.open(str(tmp_path / "plain.mkv")) as before, av.open(str(source), "w") as after:
        copies = [after.add_stream_from_template(each, opaque=True) for each in before.streams]
        for packet in before.demux():
            if packet.size:
                packet.stream = copies[packet.stream.index]
                if packet.stream.type == "audio":
                    packet.pts = packet.dts = packet.pts // 200 * 200
                after.mux(packet)
    recolor(source, tmp_path / "b.mp4")
    before, after = (packets_of(path, "audio") for path in (source, tmp_path / "b.mp4"))
    assert [data for _, data in after] == [data for _, data in before]
    assert all(abs(a - b) < Fraction(1, 100) for (a, _), (b, _) in zip(after, before, strict=True))


def test_webm(tmp_path, recolor):
    """WebM holds Opus: other sound is encoded anew, as long as it was, and said to be."""
    source, out = rich(tmp_path / "a.mkv"), tmp_path / "b.webm"
    _, notices = recolor(source, out, codec="av1", preset="12")
    assert any("audio aac (eng)" in each and "opus" in each for each in notices)
    before, after = packets_of(source, "audio"), packets_of(out, "audio")
    assert float(after[-1][0]) == pytest.approx(float(before[-1][0]), abs=0.05)
    assert packets_of(out, "audio", 1) == packets_of(source, "audio", 1)
    assert [data for _, data in packets_of(out, "subtitle")] == [b"Good evening.", b"Good night."]


@pytest.mark.parametrize(
    ("first", "second", "codec"),
    [
        ("a.mov", "b.mov", "pcm_s16le"),
        ("a.mkv", "b.mkv", "pcm_s16le"),
        ("a.mov", "b.mkv", "pcm_s16le"),
        ("a.mkv", "b.mp4", "aac"),
        ("a.mp4", "b.mp4", "aac"),
        ("a.mp4", "b.mov", "aac"),
        ("a.mkv", "b.mp4", "libopus"),
        ("a.mkv", "b.mp4", "ac3"),
        ("a.mkv", "b.mp4", "flac"),
    ],
)
def test_sound(tmp_path, recolor, first, second, codec):
    """The bytes and the times of the sound, across containers."""
    source = with_b_frames(tmp_path / first, sound=(codec,))
    recolor(source, tmp_path / second)
    before, after = (packets_of(tmp_path / name, "audio") for name in (first, second))
    # PCM has no packets of its own; MOV and Matroska cut it differently.
    assert b"".join(data for _, data in after) == b"".join(data for _, data in before)
    if not codec.startswith("pcm"):
        assert len(after) == len(before)
        rounding = Fraction(1, 2000) if first.endswith(".mp4") and second.endswith("v") else 0
        for (time_after, _), (time_before, _) in zip(after, before, strict=True):
            assert abs(time_after - time_before) <= rounding
    assert video_times(tmp_path / second) == video_times(source)


@pytest.mark.parametrize("name", ["b.mkv", "b.mp4"])
def test_sound_earlier_and_longer(tmp_path, recolor, name):
    """Sound that begins before the picture and ends after it is kept whole and in its place."""
    source = film(tmp_path / "a.mkv", sound=("libopus",), sound_start=-0.1, sound_length=2.0)
    codec = "ffv1" if name == "b.mkv" else "x264-lossless"
    recolor(source, tmp_path / name, codec=codec)
    assert packets_of(tmp_path / name, "audio") == packets_of(source, "audio")
    assert video_times(tmp_path / name) == video_times(source)


def test_interleaved(tmp_path, recolor):
    """Picture and sound alternate in the file, so that players need not seek."""
    source = with_b_frames(tmp_path / "a.mkv", frames=100, sound=("aac",))
    recolor(source, tmp_path / "b.mkv")
    with av.open(str(tmp_path / "b.mkv")) as container:
        kinds = [packet.stream.type for packet in container.demux() if packet.size]
    switches = sum(a != b for a, b in pairwise(kinds))
    assert switches > 60


def marked(path, *marks):
    """The streams of rich() with these dispositions and titles."""
    plain = rich(path.with_name("plain.mkv"))
    with av.open(str(plain)) as before, av.open(str(path), "w") as after:
        copies = []
        for stream in before.streams:
            copies.append(after.add_stream_from_template(stream, opaque=True))
            copies[-1].metadata.update(stream.metadata)
            if stream.type != "attachment":
                copies[-1].metadata["title"] = f"Title {stream.index}"
        for copy, mark in zip(copies, marks, strict=False):
            copy.disposition = mark
        for packet in before.demux():
            if packet.size:
                packet.stream = copies[packet.stream.index]
                after.mux(packet)
    return path


def test_dispositions(tmp_path, recolor):
    """Default, forced and the like stay with their streams."""
    source = marked(tmp_path / "a.mkv", 1, 0, 1, 1 << 6)
    assert recolor(source, tmp_path / "b.mkv", codec="ffv1")[1] == []
    assert tags_of(tmp_path / "b.mkv") == tags_of(source)
    assert [each[2] for each in tags_of(source)][1:4] == [0, 1, 64]


def test_dispositions_without_a_place(tmp_path, recolor):
    """What MOV cannot say of a stream is told; what it is without saying so is not."""
    source = marked(tmp_path / "a.mkv", 1, 1, 1 << 2 | 1 << 3, 1 << 6)
    _, notices = recolor(source, tmp_path / "b.mov")
    lost = "is no longer marked as {}: the format of the file has no place for that"
    assert [each for each in notices if "marked" in each] == [
        "stream 2, audio opus (deu), " + lost.format("original and comment"),
        "stream 3, subtitle srt (fra), " + lost.format("forced"),
    ]


def titles_of(path):
    with av.open(str(path)) as container:
        return [
            each.metadata.get("title", each.metadata.get("name"))
            for each in container.streams
            if each.type in ("video", "audio", "subtitle")
        ]


@pytest.mark.parametrize("second", ["c.mp4", "c.mov", "c.mkv"])
@pytest.mark.parametrize("first", ["b.mp4", "b.mov", "b.mkv"])
def test_titles_of_streams(tmp_path, recolor, first, second):
    """They go from any container into any other."""
    titles = ["Title 0", "Title 1", "Title 2", "Title 3"]
    source = marked(tmp_path / "a.mkv")
    assert titles_of(source) == titles
    recolor(source, tmp_path / first)
    assert titles_of(tmp_path / first) == titles
    _, notices = recolor(tmp_path / first, tmp_path / second)
    assert titles_of(tmp_path / second) == titles
    assert [each for each in notices if "no place" in each] == []


@pytest.mark.parametrize("before", [("deu", "fre", "cze"), ("ger", "fra", "ces")])
def test_languages_in_quicktime(tmp_path, recolor, before):
    """It knows one of two codes: that is written, and not told as a loss."""
    source = film(tmp_path / "a.mkv", sound=("aac",) * 3, languages=before)
    assert recolor(source, tmp_path / "b.mov", codec="x264")[1] == []
    with av.open(str(tmp_path / "b.mov")) as container:
        assert [each.language for each in container.streams.audio] == ["ger", "fra", "ces"]


def test_tags_of_quicktime(tmp_path, recolor):
    """A phone's words about itself stay in the film."""
    source = film(
        tmp_path / "a.mov",
        codec="libx264",
        metadata={"com.apple.quicktime.make": "Somebody", "title": "A film"},
        muxer_options={"movflags": "use_metadata_tags"},
    )
    assert recolor(source, tmp_path / "b.mov")[1] == []
    with av.open(str(tmp_path / "b.mov")) as container:
        assert container.metadata["com.apple.quicktime.make"] == "Somebody"
        assert container.metadata["title"] == "A film"


def test_what_tracks_repeat_of_the_film_is_no_loss(tmp_path, recolor):
    """In MP4 each track has the time of the film's making, too."""
    made = {"creation_time": "2001-02-03T04:05:06.000000Z"}
    source = film(tmp_path / "a.mp4", codec="libx264", sound=("aac",), metadata=made)
    with av.open(str(source)) as container:
        assert container.streams.audio[0].metadata["creation_time"] == made["creation_time"]
    assert recolor(source, tmp_path / "b.mkv")[1] == []
    with av.open(str(tmp_path / "b.mkv")) as container:
        assert container.metadata["creation_time"] == made["creation_time"]


def test_the_last_packet_of_sound_is_played(tmp_path, recolor):
    """Matroska does not say how long ALAC's packets last, and MP4 plays none that last 0."""

    def samples(path):
        with av.open(str(path)) as container:
            return sum(frame.samples for frame in container.decode(audio=0))

    source = film(tmp_path / "a.mkv", frames=30, sound=("alac",))
    recolor(source, tmp_path / "b.mp4")
    assert samples(tmp_path / "b.mp4") == samples(source)


def test_tags_of_streams_without_a_place(tmp_path, recolor):
    """They are named, too; what programs say about themselves is not."""
    plain = film(tmp_path / "a.mkv", sound=("aac",))
    with av.open(str(plain)) as before, av.open(str(tmp_path / "b.mkv"), "w") as after:
        copies = [after.add_stream_from_template(each, opaque=True) for each in before.streams]
        copies[0].metadata.update({"SCANNER": "a good one", "HANDLER_NAME": "VideoHandler"})
        copies[1].metadata["language"] = "gsw"
        for packet in before.demux():
            if packet.size:
                packet.stream = copies[packet.stream.index]
                after.mux(packet)
    _, notices = recolor(tmp_path / "b.mkv", tmp_path / "c.mp4")
    assert notices == ["the format of the file has no place for: scanner"]
    _, notices = recolor(tmp_path / "b.mkv", tmp_path / "c.mov")
    assert notices == ["the format of the file has no place for: scanner, language gsw"]
    assert recolor(tmp_path / "b.mkv", tmp_path / "d.mkv")[1] == []


def with_cover(path):
    """A film in MP4 with sound and a picture of its box."""
    plain = with_b_frames(path.with_name("plain.mp4"), sound=("aac",))
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 640, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    (cover,) = [*encoder.encode(av.VideoFrame(640, 640, "yuvj420p")), *encoder.encode(None)]
    with av.open(str(plain)) as before, av.open(str(path), "w") as after:
        picture = after.add_stream_from_template(before.streams.video[0], opaque=True)
        art = after.add_mux_stream("mjpeg", width=640, height=640)
        art.disposition = 1 << 10
        sound = after.add_stream_from_template(before.streams.audio[0])
        cover.stream = art
        after.mux(cover)
        for packet in before.demux():
            if packet.size:
                packet.stream = (picture, sound)[packet.stream.index]
                after.mux(packet)
    return path


@pytest.mark.parametrize("names", [["b.mp4"], ["b.mkv"], ["b.mkv", "c.mkv"], ["b.mkv", "c.mp4"]])
def test_cover(tmp_path, recolor, names):
    """A cover picture is no film: it is copied as what it is, and not taken for the picture."""
    source = with_cover(tmp_path / "a.mp4")
    with av.open(str(source)) as container:
        cover = next(each for each in container.demux(video=1) if each.size)
    for name in names:
        assert recolor(source, tmp_path / name)[1] in ([], [ROUNDED])
        source = tmp_path / name
    with av.open(str(source)) as container:
        assert [(each.name, each.width) for each in container.streams.video] == [
            ("h264", 32),
            ("mjpeg", 640),
        ]
        art = container.streams.video[1]
        assert int(art.disposition) & (1 << 10)
        assert [bytes(packet) for packet in container.demux(art) if packet.size] == [bytes(cover)]
        if source.suffix == ".mkv":
            assert art.metadata == {"filename": "cover.jpg", "mimetype": "image/jpeg"}


def test_cover_that_mp4_does_not_know(tmp_path, recolor):
    """Matroska keeps a GIF as it is; MP4 cannot."""
    source, gif = tmp_path / "a.mkv", film(tmp_path / "a.gif", codec="gif", pixel_format="gray")
    film(source, attachment=("box.gif", "image/gif", gif.read_bytes()))
    assert recolor(source, tmp_path / "b.mkv")[1] == []
    with av.open(str(tmp_path / "b.mkv")) as container:
        assert container.streams.video[1].metadata["filename"] == "box.gif"
    _, notices = recolor(source, tmp_path / "b.mp4")
    assert notices == ["stream 1, cover gif, is left out: .mp4 cannot hold it"]


@pytest.mark.parametrize(("name", "codec"), [("b.mov", "x264"), ("b.webm", "av1")])
def test_cover_without_a_place(tmp_path, recolor, name, codec):
    """It is said that it is left out."""
    _, notices = recolor(with_cover(tmp_path / "a.mp4"), tmp_path / name, codec=codec)
    left_out = f"stream 2, cover mjpeg, is left out: {name[1:]} cannot hold it"
    assert left_out in notices
    with av.open(str(tmp_path / name)) as container:
        assert len(container.streams.video) == 1


def test_damaged_sound(tmp_path, recolor):
    """A film that ends too early keeps the sound it has."""
    source = with_b_frames(tmp_path / "a.mkv", frames=100, sound=("aac",))
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    recolor(source, tmp_path / "b.mkv")
    assert packets_of(tmp_path / "b.mkv", "audio") == packets_of(source, "audio")
    assert len(video_times(tmp_path / "b.mkv")) == len(video_times(source)) > 10
