"""Saving is all or nothing: no half file, no trace of a failure."""

from __future__ import annotations

import errno
import os
import stat

import numpy as np
import pytest

from tui_colorize.errors import UserError
from tui_colorize.imagefile import read_still, save, save_still

from .makers import picture, still_of

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


@pytest.fixture(params=[False, True], ids=["new", "over an old file"])
def target(request, tmp_path):
    """(out, overwrite, check that all is as before)."""
    out = tmp_path / "out.png"
    if request.param:
        out.write_bytes(b"old")

    def check() -> None:
        assert [p.name for p in tmp_path.iterdir()] == (["out.png"] if request.param else [])
        assert not request.param or out.read_bytes() == b"old"

    return out, request.param, check


def fail_with(code: int):
    def fail(*_args, **_options):
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("function", ["fsync", "replace", "link", "write"])
def test_a_failure_leaves_nothing_behind(monkeypatch, target, function):
    out, overwrite, check = target
    if function == "write":
        monkeypatch.setattr(save, "encode", lambda *_: memoryview(b"x" * 100_000))
        resource = pytest.importorskip("resource")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    elif function == "link":
        monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
        monkeypatch.setattr(os, "replace", fail_with(errno.EIO))
    elif function == "replace":
        monkeypatch.setattr(os, "replace", fail_with(errno.EIO))
        monkeypatch.setattr(os, "link", fail_with(errno.EIO))
    else:
        monkeypatch.setattr(os, function, fail_with(errno.ENOSPC))
    try:
        with pytest.raises(UserError) as caught:
            save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    finally:
        if function == "write":
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    check()
    assert "out.png cannot be saved" in str(caught.value)
    if function == "fsync":
        assert "no space left" in str(caught.value)


@pytest.mark.parametrize("error", [OSError("encoder error -2"), MemoryError()])
def test_a_failing_encoder(monkeypatch, target, error):
    out, overwrite, check = target

    def fail(*_):
        raise error

    monkeypatch.setattr(save, "encode", fail)
    with pytest.raises(UserError, match=r"out\.png"):
        save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    check()


def test_an_interrupt_leaves_nothing_behind(monkeypatch, target):
    out, overwrite, check = target

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_still(still_of(out.parent), picture(3), out, overwrite=overwrite)
    check()


def test_nobody_sees_half_a_file(monkeypatch, tmp_path):
    out = tmp_path / "out.png"
    seen = []
    fsync = os.fsync

    def watch(fd: int) -> None:
        seen.append((out.exists(), os.fstat(fd).st_size))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", watch)
    save_still(still_of(tmp_path), picture(3), out)
    assert seen == [(False, out.stat().st_size)]
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_overwrite_replaces(tmp_path):
    out = tmp_path / "out.png"
    out.write_bytes(b"old")
    save_still(still_of(tmp_path), picture(3), out, overwrite=True)
    assert np.array_equal(read_still(out).pixels, picture(3))


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_file_that_appears_during_the_work_is_not_replaced(monkeypatch, tmp_path, hard_links):
    out = tmp_path / "out.png"
    fsync = os.fsync

    def meanwhile(fd: int) -> None:
        fsync(fd)
        out.write_bytes(b"of someone else")

    monkeypatch.setattr(os, "fsync", meanwhile)
    if not hard_links:
        monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    with pytest.raises(UserError, match="exists already"):
        save_still(still_of(tmp_path), picture(3), out)
    assert out.read_bytes() == b"of someone else"
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


def test_saving_where_there_are_no_hard_links(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "link", fail_with(errno.EPERM))
    out = tmp_path / "out.png"
    save_still(still_of(tmp_path), picture(3), out)
    assert np.array_equal(read_still(out).pixels, picture(3))
    assert [p.name for p in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_mode_is_what_the_umask_gives(tmp_path, mask):
    before = os.umask(mask)
    try:
        save_still(still_of(tmp_path), picture(3), tmp_path / "out.png")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.png").stat().st_mode) == 0o666 & ~mask


def test_the_longest_name_that_the_file_system_takes(tmp_path):
    out = tmp_path / ("n" * 251 + ".png")
    save_still(still_of(tmp_path), picture(3), out)
    assert read_still(out).pixels.shape == (23, 37, 3)
