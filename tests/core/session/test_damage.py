"""What is kept survives damage, full disks and folders that cannot be written."""

from __future__ import annotations

import os

import pytest

from tui_colorize.errors import UserError
from tui_colorize.session import Session, kept, record

from .makers import ORIGIN, actions, files, kill, work


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [b"", *lines[1:]],
        lambda lines: [b"not JSON", *lines[1:]],
        lambda lines: [b"[" * 100_000, *lines[1:]],
        lambda lines: [lines[0][:-9], *lines[1:]],
        lambda lines: [lines[0].replace(b'"width":40', b'"width":50'), *lines[1:]],
        lambda lines: [lines[0].replace(ORIGIN.sha256.encode(), b"00"), *lines[1:]],
        lambda lines: [bytes(5000)],
    ],
)
def test_a_damaged_session_is_set_aside_and_said(kept_in, damage):
    session = Session(ORIGIN)
    for each in actions(1):
        session.record(each)
    kill(session)
    data = b"\n".join(damage(session._path.read_bytes().split(b"\n")))
    session._path.write_bytes(data)
    again = Session(ORIGIN)
    assert again.restored is None
    [notice] = again.notices
    assert "is damaged" in notice
    aside = kept_in / f"{ORIGIN.sha256}-1.damaged-1"
    assert str(aside) in notice
    assert aside.read_bytes() == data
    again.record(work(1))
    again.close()
    third = Session(ORIGIN)
    assert third.restored == work(1)
    assert third.notices == []
    third.close()


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON",
        b"",
        b"{}}",
        b'{"move":"away"}',
        b'{"push":{"label":"x","at":99}}',
        b'{"push":{"label":"x","put":[{"x":400,"y":1,"color":"red"}]}}',
        b'{"push":{"label":"x","put":[{"x":1,"y":1,"color":"no"}]}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_stands_before_a_damage_is_restored(kept_in, line):
    works = actions(1)
    session = Session(ORIGIN)
    for each in works:
        session.record(each)
    kill(session)
    lines = session._path.read_bytes().split(b"\n")
    session._path.write_bytes(b"\n".join([*lines[:4], line, *lines[5:]]))
    again = Session(ORIGIN)
    assert again.restored == works[3]
    assert len(again.notices) == 1
    assert len(list(kept_in.glob("*.damaged-*"))) == 1
    kill(again)
    third = Session(ORIGIN)
    assert third.restored == works[3]
    assert third.notices == []
    third.close()


def test_a_file_far_too_large_is_set_aside_unread(kept_in, monkeypatch):
    monkeypatch.setattr(kept, "_LARGEST", 1000)
    kept_in.mkdir(parents=True)
    path = kept_in / f"{ORIGIN.sha256}-1.jsonl"
    path.write_bytes(b" " * 1001)
    session = Session(ORIGIN)
    assert session.restored is None
    assert "is damaged" in session.notices[0]
    session.close()
    assert files(kept_in) == ["-1.damaged-1"]


def test_what_is_kept_never_grows_too_large_to_be_read(kept_in, monkeypatch):
    """A change that would be long is written with the whole, which is said when it is too large."""
    monkeypatch.setattr(kept, "_LONG", 10)
    session = Session(ORIGIN)
    for each in actions(4):
        session.record(each)
        assert session._path.read_bytes().count(b"\n") == 1
    before = session._path.read_bytes()
    monkeypatch.setattr(record, "LARGEST", len(before))
    with pytest.raises(UserError, match="not being kept: the session is larger than"):
        session.record(actions(8)[-1])
    assert session._path.read_bytes() == before
    session.close()


# Disks.


def test_a_data_folder_that_cannot_be_made_is_said_once(tmp_path):
    (tmp_path / "data").write_text("a file")
    session = Session(ORIGIN)
    assert ["not being kept" in notice for notice in session.notices] == [True]
    for each in actions(1):
        session.record(each)
    session.close()


def test_a_read_only_folder_is_read_for_all_that(kept_in, monkeypatch):
    session = Session(ORIGIN)
    session.record(work(2))
    session.close()

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(kept.FileLock, "acquire", refuse)
    again = Session(ORIGIN)
    assert again.restored == work(2)
    assert again.notices == ["Your work here is not being kept: permission denied"]
    again.record(work(3))
    again.close()
    assert files(kept_in) == ["-1.jsonl"]


def test_a_full_disk_is_said_once_and_overcome(kept_in, monkeypatch):
    works = actions(3)
    session = Session(ORIGIN)
    session.record(works[0])
    session.record(works[1])
    with monkeypatch.context() as full:
        # Half a line fits.
        full.setattr(kept.os, "write", lambda file, line: write(file, line[: len(line) // 2]))
        with pytest.raises(UserError, match="not being kept: no space left on device"):
            session.record(works[2])
        full.setattr(kept, "write_text", fail)
        full.setattr(kept, "_PATIENCE", 0)
        session.record(works[3])
        session.record(works[4])
    monkeypatch.setattr(kept, "_PATIENCE", 0)
    session.record(works[5])
    session.record(works[6])
    kill(session)
    again = Session(ORIGIN)
    assert again.restored == works[6]
    assert again.notices == []
    again.close()


write = os.write


def fail(*_, **__):
    raise UserError("no space left on device")


def test_after_a_failure_it_is_not_tried_with_every_key(kept_in, monkeypatch):
    session = Session(ORIGIN)
    monkeypatch.setattr(kept, "write_text", fail)
    with pytest.raises(UserError):
        session.record(work(1))
    tries = []
    monkeypatch.setattr(kept, "write_text", lambda *_, **__: tries.append(1))
    session.record(work(2))
    assert tries == []
    session.close()
