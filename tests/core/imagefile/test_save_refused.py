"""Where nothing may be saved: over the original, an old file, a folder or a device."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tui_colorize.errors import UserError
from tui_colorize.imagefile import OUTPUT_SUFFIXES, Still, check_output, read_still, save_still

from .makers import picture, refused, still_of, write_pillow

# pytest sets its own filters, in place of those that the module sets.
pytestmark = pytest.mark.filterwarnings(r"ignore:::PIL\.")


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_source_is_never_replaced(tmp_path, monkeypatch, overwrite):
    source = write_pillow(tmp_path / "source.png", picture(1))
    before = source.read_bytes()
    (tmp_path / "soft.png").symlink_to(source)
    (tmp_path / "hard.png").hardlink_to(source)
    (tmp_path / "folder").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = ["source.png", "soft.png", "hard.png", "elsewhere/source.png", "folder/../source.png"]
    for out in [*(tmp_path / name for name in names), *map(Path, names)]:
        with pytest.raises(UserError, match="is the original, which is never replaced"):
            check_output(source, out, overwrite=overwrite)
        with pytest.raises(UserError, match="is the original, which is never replaced"):
            save_still(read_still(source), picture(3), out, overwrite=overwrite)
        with pytest.raises(UserError, match="is the original, which is never replaced"):
            check_output(tmp_path / "soft.png", out, overwrite=overwrite)
    assert source.read_bytes() == before


def test_a_source_that_is_gone_is_not_replaced_either(tmp_path):
    with pytest.raises(UserError, match="is the original, which is never replaced"):
        check_output(tmp_path / "a.png", tmp_path / "a.png", overwrite=True)


@pytest.mark.parametrize(
    ("name", "overwrite", "reason"),
    [
        ("there.png", False, "exists already"),
        ("dangling.png", False, "exists already"),
        ("folder.png", False, "a folder or a device"),
        ("folder.png", True, "a folder or a device"),
        ("no/such/folder.png", False, "there is no folder"),
        ("there.png/inside.png", False, "is not a folder"),
        ("out.gif", False, r"has to end in \.png"),
        ("out.bmp", True, r"has to end in \.png"),
        ("out", False, r"has to end in \.png"),
        ("png", False, r"has to end in \.png"),
        ("n" * 300 + ".png", False, "too long"),
        ("nul\0.png", False, "cannot be saved"),
    ],
)
def test_where_nothing_can_be_saved(tmp_path, name, overwrite, reason):
    (tmp_path / "there.png").write_bytes(b"old")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "dangling.png").symlink_to(tmp_path / "nowhere")
    before = sorted(p.name for p in tmp_path.rglob("*"))
    for attempt in (
        lambda: check_output(tmp_path / "source.png", tmp_path / name, overwrite=overwrite),
        lambda: save_still(still_of(tmp_path), picture(3), tmp_path / name, overwrite=overwrite),
    ):
        with pytest.raises(UserError, match=reason) as caught:
            attempt()
        assert "\n" not in str(caught.value)
    assert sorted(p.name for p in tmp_path.rglob("*")) == before
    assert (tmp_path / "there.png").read_bytes() == b"old"


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_a_device_is_never_replaced(tmp_path):
    (tmp_path / "null.png").symlink_to("/dev/null")
    with pytest.raises(UserError, match="a folder or a device"):
        check_output(tmp_path / "a.png", tmp_path / "null.png", overwrite=True)


@pytest.mark.parametrize("suffix", sorted(OUTPUT_SUFFIXES))
def test_where_it_can_be_saved_nothing_is_said_or_written(tmp_path, suffix):
    check_output(tmp_path / "source.png", tmp_path / f"out{suffix.upper()}", overwrite=False)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def unprivileged_folder():
    """A folder that the process, root or not, may enter but not write to."""
    if os.name != "posix":
        pytest.skip("permissions of POSIX")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pillow(folder / "secret.png", picture(1)).chmod(0)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if user == 0:
                os.seteuid(user)
            folder.chmod(0o755)


def test_without_permission(unprivileged_folder):
    folder = unprivileged_folder
    assert "permission denied" in refused(folder / "secret.png")
    with pytest.raises(UserError, match="may not be written to"):
        check_output(folder / "source.png", folder / "out.png", overwrite=False)
    with pytest.raises(UserError, match="may not be written to"):
        save_still(Still(folder / "source.png", picture(1)), picture(3), folder / "out.png")
