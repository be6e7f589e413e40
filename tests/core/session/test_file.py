"""Session files: the source is found and checked, and the hints serve wherever hints do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tui_colorize.errors import UserError
from tui_colorize.hintfile import read_hints, read_still_hints
from tui_colorize.session import content_digest, file, read_session, record, write_session

from .makers import CONTENT, HINTS, ORIGIN, SIZE, source, work


def save(path: Path, picture: Path, overwrite: bool = False, steps: int = 2) -> None:
    write_session(path, picture, content_digest(picture), SIZE, work(steps), overwrite=overwrite)


@pytest.fixture
def picture(tmp_path) -> Path:
    return source(tmp_path / "pictures")


def path_in(session: Path) -> str | None:
    return json.loads(session.read_text())["source"].get("path")


def test_a_session_beside_its_source_names_no_path(picture):
    session = picture.with_name("old.tuic")
    save(session, picture)
    assert path_in(session) is None
    assert str(picture.parent) not in session.read_text()
    opened = read_session(session)
    assert opened.source == picture
    assert opened.path == session
    assert opened.origin == ORIGIN
    assert opened.work == work(2)


def test_a_source_below_is_named_relatively(picture):
    session = picture.parent.parent / "old.tuic"
    save(session, picture)
    assert path_in(session) == "pictures/old.png"
    assert read_session(session).source.samefile(picture)
    # The two go together.
    elsewhere = picture.parent.parent / "elsewhere"
    elsewhere.mkdir()
    picture.parent.rename(elsewhere / "pictures")
    session.rename(elsewhere / "old.tuic")
    found = read_session(elsewhere / "old.tuic").source
    assert found == elsewhere / "pictures" / "old.png"


def test_a_source_elsewhere_is_named_absolutely(picture, tmp_path):
    (tmp_path / "sessions").mkdir()
    session = tmp_path / "sessions" / "old.tuic"
    save(session, picture)
    assert path_in(session) == str(picture.resolve())
    assert read_session(session).source == picture
    # Or it lies beside the session by now.
    picture.rename(session.with_name("old.png"))
    assert read_session(session).source == session.with_name("old.png")


def test_a_missing_source_is_named(picture):
    session = picture.with_name("x.tuic")
    save(session, picture)
    picture.unlink()
    with pytest.raises(UserError) as caught:
        read_session(session)
    assert str(caught.value) == f"{session}: its source is missing, {picture}"


def test_another_content_is_refused(picture):
    session = picture.with_name("x.tuic")
    save(session, picture)
    picture.write_bytes(CONTENT + b"!")
    with pytest.raises(UserError) as caught:
        read_session(session)
    assert str(caught.value) == f"{picture} is not the source that {session} was made on"


def test_the_right_picture_beside_wins_over_a_wrong_one_at_the_path(picture, tmp_path):
    session = tmp_path / "old.tuic"
    save(session, picture)
    (tmp_path / "old.png").write_bytes(CONTENT)
    picture.write_bytes(b"another")
    assert read_session(session).source == tmp_path / "old.png"


def test_the_name_of_a_source_leads_nowhere_else(picture, tmp_path):
    """A file that names ../secret is not followed out of its folder by the name."""
    session = picture.with_name("x.tuic")
    save(session, picture)
    text = session.read_text().replace('"old.png"', '"../old.png"')
    session.write_text(text)
    picture.rename(tmp_path / "old.png")
    with pytest.raises(UserError, match="its source is missing"):
        read_session(session)


def test_nothing_is_overwritten_unasked(picture):
    session = picture.with_name("x.tuic")
    session.write_text("precious")
    with pytest.raises(UserError, match="is there already"):
        save(session, picture)
    assert session.read_text() == "precious"
    save(session, picture, overwrite=True)
    assert read_session(session).work == work(2)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("old.png", "ends in .tuic"),
        ("nowhere/x.tuic", "cannot be written: no such file or directory"),
        ("a\0.tuic", "x00"),
    ],
)
def test_where_a_session_cannot_be_saved(picture, name, problem):
    with pytest.raises(UserError) as caught:
        save(picture.parent / name, picture, overwrite=True)
    assert problem in str(caught.value)
    assert [path.name for path in picture.parent.iterdir()] == ["old.png"]
    assert picture.read_bytes() == CONTENT


def test_a_name_that_is_not_utf8_is_said(picture):
    odd = picture.with_name(os.fsdecode(b"caf\xe9.png"))
    picture.rename(odd)
    with pytest.raises(UserError, match=r"caf\\xe9.png: a session cannot hold a name"):
        save(odd.with_name("x.tuic"), odd)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "x.tuic: this is not a session"),
        (b"\x89PNG\r\n\x1a\n\0", "a NUL byte"),
        (b"\xff", "not UTF-8"),
        (b"[" * 10**6, "x.tuic: this is not a session"),
    ],
)
def test_what_is_no_session_is_refused_by_name(tmp_path, content, problem):
    path = tmp_path / "x.tuic"
    path.write_bytes(content)
    for read in (read_session, read_hints):
        with pytest.raises(UserError) as caught:
            read(path)
        assert problem in str(caught.value)
    with pytest.raises(UserError, match="no such file"):
        read_session(tmp_path / "gone.tuic")


def test_no_session_is_written_that_cannot_be_read_again(picture, monkeypatch):
    """The same limit for both, far above that of hint files."""
    session = picture.with_name("x.tuic")
    save(session, picture)
    size = session.stat().st_size
    assert record.LARGEST > 100 * 2**20
    for limit in (size, size - 1):
        monkeypatch.setattr(record, "LARGEST", limit)
        monkeypatch.setattr(file, "LARGEST", limit)
        other = session.with_name(f"{limit}.tuic")
        if limit == size:
            save(other, picture)
            assert read_session(other).work == work(2)
        else:
            with pytest.raises(UserError, match=r"tuic cannot be written: .* is larger than"):
                save(other, picture)
            assert not other.exists()
            with pytest.raises(UserError, match=r"x.tuic is larger than .*: not a session"):
                read_session(session)


def test_a_session_may_be_larger_than_a_hint_file(picture):
    session = picture.with_name("x.tuic")
    save(session, picture)
    with session.open("a") as text:
        text.write(" " * 16 * 2**20)
    assert read_session(session).work == work(2)


def test_a_session_is_a_hint_file(picture):
    session = picture.with_name("x.tuic")
    save(session, picture)
    picture.unlink()
    assert list(read_hints(session)) == list(HINTS[:2])
    assert list(read_still_hints(session, SIZE)) == list(HINTS[:2])
    with pytest.raises(UserError, match=r"x.tuic: Hint 2 at 39,29 lies outside"):
        read_hints(session, (39, 30))


def test_hints_of_a_session_are_on_frames_that_the_film_has(picture):
    session = picture.with_name("x.tuic")
    all_there = work(3, undone=1)
    write_session(session, picture, content_digest(picture), SIZE, all_there, overwrite=False)
    assert list(read_hints(session, SIZE, 8)) == list(HINTS)
    with pytest.raises(UserError, match=r"x.tuic: Hint 3 is on frame 7, outside the film"):
        read_hints(session, SIZE, 7)
