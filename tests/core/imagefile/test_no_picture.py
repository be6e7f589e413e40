"""What is no picture, or cannot be read, is refused in one sentence."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from tui_colorize.errors import UserError
from tui_colorize.imagefile import (
    OUTPUT_SUFFIXES,
    SUFFIXES,
    Still,
    is_picture,
    read,
    read_still,
    save_still,
)

from .makers import encoded, picture, refused, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "more memory"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "input/output error"),
        (OSError(errno.EINVAL, "beyond the end"), "damaged"),
    ],
)
def test_a_failing_system(tmp_path, monkeypatch, error, reason):
    def fail(*_):
        raise error

    path = write_pillow(tmp_path / "a.png", picture(1))
    monkeypatch.setattr(read, "decode", fail)
    assert reason in refused(path)


def test_what_is_no_picture(tmp_path):
    (tmp_path / "empty.png").touch()
    assert "is empty" in refused(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("no picture at all, just words\n")
    assert "not a picture of a kind" in refused(tmp_path / "text.png")
    (tmp_path / "a.gif").write_bytes(encoded("GIF", picture(1)))
    assert "not a picture of a kind" in refused(tmp_path / "a.gif")
    (tmp_path / "a.psd").write_bytes(b"8BPS\0\1" + bytes(30))
    assert "not a picture of a kind" in refused(tmp_path / "a.psd")
    assert "no such file" in refused(tmp_path / "missing.png")
    (tmp_path / "folder.png").mkdir()
    assert "a folder" in refused(tmp_path / "folder.png")
    refused(tmp_path / "text.png" / "inside.png")
    refused(tmp_path / ("long" * 100 + ".png"))
    with pytest.raises(UserError):
        read_still(tmp_path / "nul\0.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    outcome: list[str] = []
    thread = threading.Thread(target=lambda: outcome.append(refused(tmp_path / "pipe.png")))
    thread.daemon = True
    thread.start()
    thread.join(300)
    assert "a device or a pipe" in outcome[0]


def test_names_are_safe_to_print(tmp_path):
    with pytest.raises(UserError) as caught:
        read_still(tmp_path / "a\x1b[2J\n.png")
    assert r"a\x1b[2J\x0a.png" in str(caught.value)
    assert str(caught.value).isprintable()
    still = Still(tmp_path / "source.png", picture(1))
    with pytest.raises(UserError) as caught:
        save_still(still, picture(3), tmp_path / "a\x1b[2J\n.gif")
    assert str(caught.value).isprintable()


def test_what_a_folder_scan_takes(tmp_path):
    for name in ("a.png", "b.JPG", "c.Tiff", "d.txt", ".hidden.png", "e.gif", "f"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert {p.name for p in tmp_path.iterdir() if is_picture(p)} == {"a.png", "b.JPG", "c.Tiff"}
    assert OUTPUT_SUFFIXES < SUFFIXES
