"""tui_colorize.cli and .batch, in process and with a stand-in for the network."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import signal
import sys
import types
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from tui_colorize import cli
from tui_colorize.errors import UserError
from tui_colorize.hints import Hint

GRAY = np.arange(48, dtype=np.uint8).reshape(6, 8)  # 8 wide, 6 high
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


class FakeColorizer:
    """Notes what it is asked for. trouble: raised in place of a result, by the pixel (0, 0)."""

    loaded: ClassVar[list[tuple[str, object]]]
    asked: ClassVar[list[list[Hint]]]
    trouble: ClassVar[dict[int, BaseException]]
    no_load: ClassVar[BaseException | None] = None

    def __init__(self, device, weights):
        if self.no_load:
            raise self.no_load
        self.loaded.append((device, weights))
        self.device = "cpu"

    def colorize(self, image, hints):
        self.asked.append(list(hints))
        if problem := self.trouble.get(int(image.flat[0])):
            raise problem
        if image.ndim == 3:
            return image
        return np.dstack([image, image // 2, 255 - image])


@pytest.fixture(autouse=True)
def network(monkeypatch):
    fake = type("Fresh", (FakeColorizer,), {"loaded": [], "asked": [], "trouble": {}})
    module = types.ModuleType("tui_colorize.colorizer")
    module.Colorizer = fake
    monkeypatch.setitem(sys.modules, "tui_colorize.colorizer", module)
    return fake


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Names are short: every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGINT)
    yield tmp_path
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def run(capsys):
    def run(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        return status, *capsys.readouterr()

    return run


def picture(name: str, first: int = 0, **options) -> Path:
    pixels = GRAY.copy()
    pixels[0, 0] = first
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(pixels).save(path, options.pop("format", None), **options)
    return path


def files(folder: str | Path = ".") -> set[str]:
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


# --- One picture


def test_a_picture_is_coloured(run, network):
    picture("a.png")
    Path("h.csv").write_text("x,y,color,radius\n1,2,red,\n7,5,#00f,3\n")
    status, out, err = run("image", "a.png", "-o", "b.png", "--hints", "h.csv", "--device", "cpu")
    assert (status, err) == (0, "")
    assert re.fullmatch(r"b\.png: 8 x 6, 2 hints, [0-9]+\.[0-9] s\n", out)
    assert network.loaded == [("cpu", None)]
    assert network.asked == [[Hint(1, 2, "red"), Hint(7, 5, "blue", 3)]]
    expected = np.dstack([GRAY, GRAY // 2, 255 - GRAY])
    assert np.array_equal(np.asarray(Image.open("b.png")), expected)
    assert files() == {"a.png", "b.png", "h.csv"}


def test_weights_and_device_reach_the_network(run, network):
    picture("a.png")
    run("image", "a.png", "-o", "b.png", "--weights", "w.safetensors", "--device", "cuda:1")
    assert network.loaded == [("cuda:1", Path("w.safetensors"))]


@pytest.mark.parametrize("out", ["there", "new/"])
def test_a_picture_into_a_folder(run, out):
    picture("a.png")
    Path("there").mkdir()
    assert run("image", "a.png", "-o", out)[0] == 0
    assert f"{Path(out)}/a-color.png" in files()


def test_the_hints_of_a_picture_from_a_folder(run, network):
    picture("a.png")
    Path("a.json").write_text('[{"x": 1, "y": 2, "color": "red"}]')
    assert run("image", "a.png", "-o", "b.png", "--hints", ".")[0] == 0
    assert network.asked == [[Hint(1, 2, "red")]]


def test_overwrite(run):
    picture("a.png")
    Path("b.png").write_text("mine")
    status, out, err = run("image", "a.png", "-o", "b.png")
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: b.png ")
    assert err.endswith(" exists already and is not overwritten\n")
    assert Path("b.png").read_text() == "mine"
    assert run("image", "a.png", "-o", "b.png", "--overwrite")[0] == 0
    assert Image.open("b.png").size == (8, 6)


# --- Refused before the network is loaded


def out_is_source():
    picture("a.png")
    return ["a.png", "-o", "./a.png", "--overwrite"], "is the original picture"


def out_is_a_link_to_source():
    picture("a.png")
    Path("b.png").symlink_to("a.png")
    return ["a.png", "-o", "b.png", "--overwrite"], "is the original picture"


def no_folder_for_out():
    picture("a.png")
    return ["a.png", "-o", "gone/b.png"], "there is no folder gone"


def no_parent_for_folder():
    picture("a.png")
    return ["a.png", "-o", "gone/deep/"], "gone/deep cannot be made: there is no folder gone"


def file_for_folder():
    picture("in/a.png")
    Path("out").touch()
    return ["in", "-o", "out"], "out is not a folder, which several pictures need"


def out_without_format():
    picture("a.png")
    return ["a.png", "-o", "b.gif"], "the name has to end in .png"


def missing():
    return ["a.png", "-o", "b.png"], "a.png: there is no such file"


def name_too_long():
    return [300 * "a" + ".png", "-o", "b.png"], "aaa.png cannot be read: file name too long"


def output_too_long():
    picture("a.png")
    return ["a.png", "-o", 300 * "b" + ".png"], "bbb.png cannot be saved: file name too long"


def folder_too_long():
    picture("a.png")
    return ["a.png", "-o", 300 * "b" + "/c/"], "bbb"


def hints_too_long():
    picture("a.png")
    return ["a.png", "-o", "b.png", "--hints", 300 * "h"], "hhh cannot be read: file name too long"


def in_a_loop():
    Path("loop").symlink_to("loop")
    return ["loop/a.png", "-o", "b.png"], "loop/a.png cannot be read: too many levels"


def empty():
    Path("a.png").touch()
    return ["a.png", "-o", "b.png"], "a.png is empty"


def folder_without_pictures():
    Path("in").mkdir()
    Path("in/notes.txt").touch()
    return ["in", "-o", "out"], "there are no pictures in the folder in"


def malformed_hints():
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n1,2,reddish\n")
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], "h.csv, line 2, column 'color': 'reddish'"


def missing_hints():
    picture("a.png")
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], "h.csv: there is no such file"


def hints_outside():
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n7,5,red\n8,5,red\n")
    problem = "h.csv, line 3, column 'x': 8 is outside the picture, which is 8 pixels wide"
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], problem


def hints_for_film():
    picture("a.png")
    Path("h.csv").write_text("frame,x,y,color\n0,1,1,red\n3,1,1,red\n")
    problem = "h.csv: hint 2 is on frame 3, and a still has only frame 0"
    return ["a.png", "-o", "b.png", "--hints", "h.csv"], problem


def no_hints_of_that_name():
    picture("a.png")
    Path("h").mkdir()
    return ["a.png", "-o", "b.png", "--hints", "h"], "no hint file in h is named after a.png"


def no_hints_of_those_names():
    picture("in/a.png")
    Path("h").mkdir()
    problem = "no hint file in h is named after any of the pictures"
    return ["in", "-o", "out", "--hints", "h"], problem


def one_hint_file_for_several():
    picture("a.png")
    picture("b.png")
    Path("h.csv").write_text("x,y,color\n")
    return ["a.png", "b.png", "-o", "out", "--hints", "h.csv"], "h.csv is not a folder"


def hints_in_two_files():
    picture("a.png")
    Path("a.csv").write_text("x,y,color\n")
    Path("a.json").write_text("[]")
    return ["a.png", "-o", "b.png", "--hints", "."], "a.csv and a.json are both there"


def two_of_one_name():
    picture("x/a.png")
    picture("y/a.png")
    problem = "x/a.png and y/a.png would both become out/a-color.png"
    return ["x", "y", "-o", "out"], problem


def two_that_become_png():
    picture("a.png")
    picture("a.bmp")
    return ["a.png", "a.bmp", "-o", "out"], "a.png and a.bmp would both become out/a-color.png"


@pytest.mark.parametrize(
    "prepare",
    [
        out_is_source,
        out_is_a_link_to_source,
        no_folder_for_out,
        no_parent_for_folder,
        file_for_folder,
        out_without_format,
        missing,
        name_too_long,
        output_too_long,
        folder_too_long,
        hints_too_long,
        in_a_loop,
        empty,
        folder_without_pictures,
        malformed_hints,
        missing_hints,
        hints_outside,
        hints_for_film,
        no_hints_of_that_name,
        no_hints_of_those_names,
        one_hint_file_for_several,
        hints_in_two_files,
        two_of_one_name,
        two_that_become_png,
    ],
)
def test_bad_input_is_refused_before_the_network_is_loaded(run, here, network, prepare):
    arguments, problem = prepare()
    before = {path: path.lstat().st_mtime_ns for path in here.rglob("*")}
    status, out, err = run("image", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: ")
    assert err.count("\n") == 1
    assert problem in err
    assert network.loaded == []
    assert {path: path.lstat().st_mtime_ns for path in here.rglob("*")} == before


@pytest.mark.parametrize(
    ("out", "problem"),
    [
        ("b.png", "the folder . may not be written to"),
        ("new/", "new cannot be made: . may not be written to"),
        ("there/", "the folder there may not be written to"),
    ],
)
def test_a_folder_that_may_not_be_written_to(run, network, monkeypatch, out, problem):
    picture("a.png")
    Path("there").mkdir()
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    status, _, err = run("image", "a.png", "-o", out)
    assert (status, err.count("\n")) == (2, 1)
    assert problem in err
    assert network.loaded == []


def test_a_folder_that_turns_out_not_to_be_makeable(run, monkeypatch):
    picture("a.png")

    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", path)

    monkeypatch.setattr(Path, "mkdir", refuse)
    assert run("image", "a.png", "-o", "new/") == (
        2,
        "",
        "tui-colorize: new cannot be made: read-only file system\n",
    )


# --- Several pictures


def test_a_folder_of_pictures(run, network):
    names = ["a.png", "b.JPG", "c.bmp", "d.jpe", "e.tif", "f.webp", "g.pgm", "i.jfif"]
    for name in names:
        picture(f"in/{name}", format={".jpe": "JPEG", ".jfif": "JPEG"}.get(Path(name).suffix))
    picture("in/.hidden.png")
    picture("in/deeper/h.png")
    Path("in/notes.txt").touch()
    Path("in/b.csv").write_text("x,y,color\n1,2,red\n")
    status, out, err = run("image", "in", "-o", "out", "--hints", "in")
    assert (status, err) == (0, "")
    results = "a.png b.JPG c.png d.jpg e.tif f.webp g.png i.jpg".replace(".", "-color.").split()
    assert files("out") == set(results)
    assert [line.split(":")[0] for line in out.splitlines()] == [f"out/{name}" for name in results]
    assert network.asked == [[], [Hint(1, 2, "red")], *[[]] * 6]
    assert len(network.loaded) == 1


def test_a_picture_named_twice_is_coloured_once(run, network):
    picture("in/a.png")
    picture("in/b.png")
    assert run("image", "in", "in/a.png", "./in/../in/b.png", "-o", "out")[0] == 0
    assert len(network.asked) == 2


def test_bad_files_do_not_stop_the_rest(run, network):
    picture("a.png")
    Path("b.png").write_text("no picture")
    picture("c.png")
    Path("c.csv").write_text("x,y\n")
    picture("d.png")
    status, out, err = run(
        "image", "a.png", "b.png", "gone.png", "c.png", "d.png", "-o", "out", "--hints", "."
    )
    assert status == 2
    assert files("out") == {"a-color.png", "d-color.png"}
    assert len(out.splitlines()) == 2
    lines = err.splitlines()
    assert lines[0] == "tui-colorize: 3 of 5 pictures were not coloured:"
    assert lines[1].startswith("  b.png is not a picture")
    assert lines[2:] == [
        "  gone.png: there is no such file",
        "  c.csv, line 1: column 'color' is missing",
    ]
    assert len(network.loaded) == 1


def test_a_second_call_into_the_same_folder_goes_on_where_the_first_ended(run, network):
    picture("a.png")
    picture("b.png")
    assert run("image", "a.png", "-o", ".")[0] == 0
    status, _, err = run("image", ".", "-o", ".")
    assert status == 2
    assert "1 of 2 pictures were not coloured:\n" in err
    assert "a-color.png exists already" in err
    assert files() == {"a.png", "a-color.png", "b.png", "b-color.png"}
    assert run("image", ".", "-o", ".", "--overwrite")[0] == 0
    assert files() == {"a.png", "a-color.png", "b.png", "b-color.png"}
    assert len(network.asked) == 4


def test_no_result_replaces_a_picture_that_is_still_to_be_coloured(run):
    picture("a.png")
    picture("a-color.png", first=99)
    status, _, err = run("image", "a.png", "a-color.png", "-o", ".", "--overwrite")
    assert status == 2
    assert "a-color.png is itself one of the pictures to be coloured" in err
    assert np.asarray(Image.open("a-color.png"))[0, 0] == 99
    assert files() == {"a.png", "a-color.png", "a-color-color.png"}


# --- Trouble with the network


def test_a_network_that_cannot_be_used(run, network):
    network.no_load = UserError("w: these are not weights")
    picture("a.png")
    picture("b.png")
    status, out, err = run("image", "a.png", "b.png", "-o", "out")
    assert (status, out, err) == (2, "", "tui-colorize: w: these are not weights\n")
    assert files() == {"a.png", "b.png"}
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [
        (MemoryError(), "b.png needs more memory than there is"),
        (RuntimeError("CUDA out of memory. Tried to"), "b.png needs more memory than there is"),
        (UserError("in a sentence"), "in a sentence"),
        (KeyError("x\x1b"), r"b.png could not be coloured: 'x\x1b' (KeyError)"),
        (ValueError(), "b.png could not be coloured: no reason given (ValueError)"),
    ],
)
def test_trouble_with_one_picture(run, network, trouble, problem):
    network.trouble = {200: trouble}
    picture("a.png")
    picture("b.png", first=200)
    picture("c.png")
    status, _, err = run("image", "a.png", "b.png", "c.png", "-o", "out")
    assert status == 2
    assert err == f"tui-colorize: 1 of 3 pictures were not coloured:\n  {problem}\n"
    assert files("out") == {"a-color.png", "c-color.png"}


def test_too_little_memory_for_the_network(run, network):
    network.no_load = MemoryError()
    picture("a.png")
    assert run("image", "a.png", "-o", "b.png") == (
        2,
        "",
        "tui-colorize: there is not enough memory for this\n",
    )


def test_interrupted(run, network):
    network.trouble = {200: KeyboardInterrupt()}
    picture("a.png")
    picture("b.png", first=200)
    picture("c.png")
    status, out, err = run("image", "a.png", "b.png", "c.png", "-o", "out")
    assert (status, err) == (130, "tui-colorize: interrupted\n")
    assert out.startswith("out/a-color.png: ")
    assert files("out") == {"a-color.png"}


# --- JSON


def test_json(run):
    picture("a.png")
    Path("a.csv").write_text("x,y,color\n1,2,red\n")
    Path("bäd.png").write_text("no picture")
    status, out, err = run("image", "a.png", "bäd.png", "-o", "out", "--json", "--hints", ".")
    assert status == 2
    assert "1 of 2" in err
    document = json.loads(out)
    seconds = document["files"][0].pop("seconds")
    assert 0 < seconds < 60
    assert document == {
        "files": [
            {
                "input": "a.png",
                "output": "out/a-color.png",
                "width": 8,
                "height": 6,
                "hints": 1,
                "device": "cpu",
                "error": None,
            },
            {
                "input": "bäd.png",
                "output": "out/bäd-color.png",
                "width": None,
                "height": None,
                "hints": None,
                "seconds": None,
                "device": None,
                "error": document["files"][1]["error"],
            },
        ],
        "error": None,
    }
    assert document["files"][1]["error"].startswith("bäd.png is not a picture")


def test_json_of_what_stops_everything(run):
    status, out, err = run("image", "a.png", "-o", "gone/out/", "--json")
    problem = "gone/out cannot be made: there is no folder gone"
    assert (status, err) == (2, f"tui-colorize: {problem}\n")
    assert json.loads(out) == {"files": [], "error": problem}


def test_json_when_interrupted(run, network):
    network.trouble = {200: KeyboardInterrupt()}
    picture("a.png")
    picture("b.png", first=200)
    status, out, _ = run("image", "a.png", "b.png", "-o", "out", "--json")
    assert status == 130
    document = json.loads(out)
    assert document["error"] == "interrupted"
    assert [file["output"] for file in document["files"]] == ["out/a-color.png"]


# --- Names that would steer the terminal


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_names_are_never_shown_raw(run, options):
    good, bad = picture(f"good{ESCAPE}.png"), Path(f"bad{ESCAPE}.png")
    bad.write_text("no picture")
    status, out, err = run("image", good, bad, "-o", f"out{ESCAPE}", *options)
    assert status == 2
    for text in (out, err):
        assert text
        assert text.replace("\n", "").isprintable()
    if options:
        assert json.loads(out)["files"][0]["input"] == str(good)
    assert files(f"out{ESCAPE}") == {f"good{ESCAPE}-color.png"}


def test_a_name_that_is_not_utf8(run):
    name = os.fsdecode(b"caf\xe9.png")
    picture(name)
    status, out, err = run("image", name, "-o", "out/")
    assert (status, err) == (0, "")
    assert out.startswith(r"out/caf\xe9-color.png: ")
    status, out, _ = run("image", name, "-o", "out/", "--json", "--overwrite")
    assert json.loads(out)["files"][0]["input"] == name


@pytest.mark.parametrize(
    "arguments",
    [
        [f"--wrong{ESCAPE}"],
        ["image", f"a{ESCAPE}.png"],
        ["image", "a.png", "-o", "b.png", f"--wrong{ESCAPE}"],
        ["image", "a.png", "-o", "b.png", "--device", f"tpu{ESCAPE}"],
        [f"gone{ESCAPE}.png"],
    ],
)
def test_refused_arguments_are_never_shown_raw(run, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.removesuffix("\n").isprintable()


# --- Usage


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["image"], "the following arguments are required: IN, -o/--output"),
        (["image", "a.png"], "the following arguments are required: -o/--output"),
        (["image", "-o", "b.png"], "the following arguments are required: IN"),
        (["image", "a.png", "-o"], "expected one argument"),
        (["image", "a.png", "-o", "b.png", "--over"], "unrecognized arguments: --over"),
        (["image", "a.png", "-o", "b.png", "--device", "tpu"], "'tpu' is none of auto, cpu"),
        (["image", "a.png", "-o", "b.png", "--device", "cuda:x"], "'cuda:x' is none of"),
        (["a.png", "b.png"], "unrecognized arguments: b.png"),
        (["--device", "gpu"], "'gpu' is none of"),
        (["--hints", "h.csv"], "--hints and -o need the PATH of a picture"),
        (["-o", "b.png"], "--hints and -o need the PATH of a picture"),
    ],
)
def test_wrong_usage(run, network, arguments, problem):
    picture("a.png")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("tui-colorize: ")
    assert problem in err
    assert err.count("\n") == 1
    assert network.loaded == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--version"], "tui-colorize 0."),
        (["--help"], "usage: tui-colorize [-h]"),
        (["image", "--help"], "usage: tui-colorize image [-h]"),
    ],
)
def test_questions_about_itself(capsys, arguments, said):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert not left.value.code
    out, err = capsys.readouterr()
    assert out.startswith(said)
    assert err == ""


# --- Progress


def test_the_progress_bar_is_on_stderr_and_takes_names_literally(monkeypatch, capsys):
    picture("[red]a.png")
    Path(f"b{ESCAPE}.png").write_text("no picture")
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    # All of it fits the buffer of a pty, so that nobody has to read while it is drawn.
    with os.fdopen(master, "rb", buffering=0) as screen, os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm-256color")
        status = cli.main(["image", "[red]a.png", f"b{ESCAPE}.png", "-o", "out"])
        shown = b"".join(iter(screen.read, None)).decode()
    assert status == 2
    assert "[red]a.png" in shown
    assert "loading the network" in shown
    assert "2/2" in shown
    assert "1 of 2 pictures were not coloured" in shown
    assert "owned\x07" not in shown
    assert r"owned\x07" in shown
    out = capsys.readouterr().out
    assert out.startswith("out/[red]a-color.png: ")
    assert out.count("\n") == 1


# --- The app


@pytest.fixture
def app(monkeypatch):
    """What the app was opened with; the process seems to have a terminal."""
    opened = []

    def open_it(path, hints, **options):
        opened.append((path, hints, options))
        return 7

    module = types.ModuleType("tui_colorize.tui.app")
    module.run = open_it
    monkeypatch.setitem(sys.modules, "tui_colorize.tui.app", module)
    monkeypatch.setattr(cli, "_is_terminal", lambda _: True)
    return opened


NO_OPTIONS = {"device": "auto", "weights": None, "output": None}


def test_the_app_opens_without_a_picture(run, app):
    assert run() == (7, "", "")
    assert app == [(None, None, NO_OPTIONS)]


def test_the_app_opens_a_picture(run, app):
    picture("a.png")
    Path("h.csv").write_text("x,y,color\n7,5,red\n")
    options = "--hints h.csv -o b.png --device cpu --weights w.safetensors"
    assert run("a.png", *options.split())[0] == 7
    [(path, hints, given)] = app
    assert path == Path("a.png")
    assert list(hints) == [Hint(7, 5, "red")]
    assert given == {"device": "cpu", "weights": Path("w.safetensors"), "output": Path("b.png")}


def test_a_picture_called_image_can_be_opened(run, app):
    picture("image", format="PNG")
    assert run("./image")[0] == 7
    assert app == [(Path("image"), None, NO_OPTIONS)]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("gone.png", "gone.png: there is no such file"),
        (".", ". is a folder"),
        ("pipe", "pipe is a device or a pipe, not a picture"),
        ("loop", "loop cannot be read: "),
        ("a.png --hints gone.csv", "gone.csv: there is no such file"),
        ("a.png --hints outside.csv", "outside.csv, line 2, column 'x': 8 is outside"),
        ("a.png --hints film.csv", "film.csv: hint 1 is on frame 1"),
        ("a.png -o a.png", "a.png is the original picture"),
        ("a.png -o a.gif", "a.gif cannot be saved"),
    ],
)
def test_what_the_app_is_not_opened_for(run, app, arguments, problem):
    picture("a.png")
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("outside.csv").write_text("x,y,color\n8,5,red\n")
    Path("film.csv").write_text("x,y,color,frame\n1,1,red,1\n")
    status, out, err = run(*arguments.split())
    assert (status, out, app) == (2, "", [])
    assert err.startswith("tui-colorize: ")
    assert problem in err
    assert err.count("\n") == 1


def test_the_app_needs_a_terminal(run, app, monkeypatch):
    picture("a.png")
    for missing_stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(cli, "_is_terminal", lambda stream, gone=missing_stream: stream != gone)
        status, out, err = run("a.png")
        assert (status, out, app) == (2, "", [])
        assert err.startswith("tui-colorize: the app needs a terminal")
