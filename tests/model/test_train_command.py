"""`python -m model.train`: it trains, resumes, and says what is wrong."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model.evaluate import Measures, Score
from model.load import load_network, read_notes, save_network
from model.train import main
from model.trainer import Trainer
from model.unet import HintUNet, Widths


@pytest.fixture
def shard(tmp_path, encoded, write_tar):
    """A tar of three small pictures."""
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)
    members = {
        f"{n}-{'abc'[n]}.png": encoded(one.repeat(10, 0).repeat(10, 1)) for n, one in enumerate(rgb)
    }
    return write_tar(tmp_path / "train-00.tar", members)


@pytest.fixture
def clock(monkeypatch):
    """A clock by which every step takes half a second, and reading it no time."""
    now = SimpleNamespace(seconds=0.0)
    now.monotonic = lambda: now.seconds
    step = Trainer.step

    def timed(self, *arguments):
        now.seconds += 0.5
        return step(self, *arguments)

    monkeypatch.setattr("model.train.Trainer.step", timed)
    monkeypatch.setattr("model.train.time", now)
    return now


@pytest.fixture
def train(tmp_path, shard, tiny, clock, monkeypatch):
    """Runs the command on the shard with a tiny network, six steps unless told otherwise."""
    monkeypatch.setattr("model.train.HintUNet", lambda: HintUNet(tiny))

    def call(*options: str) -> int:
        few = ("--device", "cpu", "--minutes", "0.05", "--sizes", "32", "--batch", "2")
        run = ("--into", str(tmp_path / "run"))
        start = () if "--from" in options else ("--fresh",)
        return main(["--data", str(shard), *few, *start, *run, *options])

    return call


@pytest.fixture
def no_training(monkeypatch):
    """A run that should not have started ends at once."""

    def refuse(*_):
        pytest.fail("training began")

    monkeypatch.setattr("model.train.run", refuse)


def samples_of(text: str) -> list[int]:
    """The sample counts of the lines that a run prints."""
    return [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) samples  ", text)]


class TestCommand:
    """`python -m model.train`."""

    def test_a_fresh_run_of_the_full_network_writes_weights_that_load(
        self, shard, tmp_path, capsys
    ):
        options = ["--data", str(shard), "--fresh", "--minutes", "0.01", "--sizes", "32"]
        options += ["--batch", "2", "--device", "cpu", "--into", str(tmp_path / "run")]
        assert main(options) == 0
        (samples,) = samples_of(capsys.readouterr().out)
        assert samples >= 2
        assert (tmp_path / "run" / "checkpoint.pt").exists()
        path = tmp_path / "run" / "hintunet.safetensors"
        assert load_network(path).widths == Widths()
        assert read_notes(path)["samples"] == str(samples)

    def test_a_later_run_goes_on(self, train, tmp_path, capsys):
        assert train() == 0
        out = capsys.readouterr().out
        assert "3 pictures, 0.05 minutes on cpu" in out
        assert samples_of(out) == [12]
        assert train("--minutes", "0.1") == 0
        out = capsys.readouterr().out
        assert "resumed after 12 samples" in out
        assert samples_of(out) == [24]
        assert read_notes(tmp_path / "run" / "hintunet.safetensors")["samples"] == "24"

    def test_a_line_a_minute_and_a_checkpoint_now_and_then(self, train, clock, capsys, monkeypatch):
        monkeypatch.setattr("model.train.CHECKPOINT_EVERY", 120.0)
        saved = []
        monkeypatch.setattr(
            "model.train.Trainer.save", lambda self, _: saved.append(self.progress.seconds)
        )
        step = Trainer.step

        def slow(self, *arguments):
            clock.seconds += 19.5
            return step(self, *arguments)

        monkeypatch.setattr("model.train.Trainer.step", slow)
        assert train("--minutes", "5") == 0
        assert samples_of(capsys.readouterr().out) == [6, 12, 18, 24, 30]
        assert saved == [120, 240, 300]

    def test_a_finished_run_is_not_trained_on(self, train, tmp_path, capsys):
        assert train() == 0
        path = tmp_path / "run" / "checkpoint.pt"
        written = path.stat().st_mtime_ns
        capsys.readouterr()
        assert train() == 0
        assert samples_of(capsys.readouterr().out) == []
        assert path.stat().st_mtime_ns == written

    def test_it_starts_from_weights_and_scores_at_the_end(
        self, train, shard, tiny_weights, tmp_path, encoded, capsys
    ):
        folder = tmp_path / "eval"
        folder.mkdir()
        rgb = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
        (folder / "a.png").write_bytes(encoded(rgb))
        # a whole folder of shards, two sizes, the decoded pictures kept
        options = ["--data", str(shard.parent), "--from", str(tiny_weights)]
        options += ["--sizes", "32:0.5,48:0.5", "--cache", str(tmp_path / "cache")]
        assert train(*options, "--eval", str(folder)) == 0
        out = capsys.readouterr().out
        assert "3 pictures" in out
        assert "protocol Z" in out
        assert len(list((tmp_path / "cache").iterdir())) == 2

    def test_the_learning_curve_is_kept(self, train, tmp_path):
        """A line for each line printed; a later call goes on with it."""
        assert train() == 0
        assert train("--minutes", "0.1") == 0
        with (tmp_path / "run" / "curve.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [int(row["samples"]) for row in rows] == [12, 24]
        assert [float(row["seconds"]) for row in rows] == [3, 6]
        assert all(0 < float(row["regression"]) < float(row["loss"]) < 10 for row in rows)

    @pytest.mark.parametrize(("gain", "replaced"), [(0.5, True), (-0.5, False), (0.0, False)])
    def test_weights_are_replaced_by_better_ones_only(
        self, train, tiny_weights, tmp_path, encoded, capsys, monkeypatch, gain, replaced
    ):
        folder = tmp_path / "eval"
        folder.mkdir()
        (folder / "a.png").write_bytes(encoded(np.zeros((20, 20, 3), np.uint8)))
        scores = iter([25 + gain, 25])  # of the new ones, of the old ones
        monkeypatch.setattr(
            "model.train.evaluate",
            lambda *_: Score(22, {0: Measures(next(scores), 0.9, 0.5, None)}),
        )
        before = tiny_weights.read_bytes()
        options = ["--from", str(tiny_weights), "--eval", str(folder), "--replace"]
        assert train(*options) == 0
        made = (tmp_path / "run" / "hintunet.safetensors").read_bytes()
        assert made != before
        assert tiny_weights.read_bytes() == (made if replaced else before)
        assert f"{gain:+.3f} dB" in capsys.readouterr().out

    def test_two_processes_train_together(self, shard, tiny_weights, tmp_path):
        """Under torchrun: one checkpoint, one curve, the samples of both."""
        run = tmp_path / "together"
        options = ["--data", str(shard), "--from", str(tiny_weights), "--into", str(run)]
        options += ["--minutes", "0.02", "--sizes", "32", "--batch", "2", "--device", "cpu"]
        launch = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
        launch += ["--nproc-per-node", "2", "-m", "model.train", *options]
        done = subprocess.run(
            launch,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        )
        assert done.returncode == 0, done.stderr
        (samples,) = samples_of(done.stdout)
        steps = torch.load(run / "checkpoint.pt", weights_only=True)["progress"]["step"]
        assert samples == 2 * 2 * steps
        assert done.stdout.count("3 pictures") == 1
        assert load_network(run / "hintunet.safetensors").widths.full == 4

    def test_sizes_take_their_shares_of_the_time(self, train, monkeypatch):
        seen = []
        step = Trainer.step

        def noted(self, pictures, size, share):
            seen.append(size)
            return step(self, pictures, size, share)

        monkeypatch.setattr("model.train.Trainer.step", noted)
        assert train("--sizes", "48:3,32:1", "--minutes", "0.1") == 0
        assert seen == [48] * 9 + [32] * 3

    def test_sources_can_be_weighed(self, train, monkeypatch):
        seen = []
        monkeypatch.setattr(
            "model.train.run", lambda trainer, pictures, _: seen.append(pictures.weights.tolist())
        )
        assert train("--weigh", "b=0.5,c=0") == 0
        assert seen == [[1, 0.5, 0]]

    def test_an_interrupt_leaves_a_checkpoint(self, train, tmp_path, monkeypatch, capsys):
        step = Trainer.step

        def interrupted(self, *arguments):
            if self.progress.step == 2:
                raise KeyboardInterrupt
            return step(self, *arguments)

        with monkeypatch.context() as patched:
            patched.setattr("model.train.Trainer.step", interrupted)
            assert train() == 130
        assert str(tmp_path / "run") in capsys.readouterr().out
        assert train() == 0
        assert "resumed after 4 samples" in capsys.readouterr().out

    def test_only_the_leader_saves_when_interrupted(self, train, tmp_path, monkeypatch, capsys):
        """Several processes would write the same file at once."""
        assert train() == 0
        capsys.readouterr()
        checkpoint = tmp_path / "run" / "checkpoint.pt"
        written = checkpoint.stat().st_mtime_ns

        def interrupted(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("model.train.run", interrupted)
        monkeypatch.setattr("model.train.Trainer.leads", False)
        assert train("--minutes", "1") == 130
        assert capsys.readouterr().out == ""
        assert checkpoint.stat().st_mtime_ns == written

    def test_weights_note_all_samples_since_the_start(self, train, tmp_path, tiny):
        start = tmp_path / "start.safetensors"
        save_network(HintUNet(tiny), start, {"samples": "5000"})
        assert train("--from", str(start)) == 0
        notes = read_notes(tmp_path / "run" / "hintunet.safetensors")
        assert notes["samples"] == "5012"

    @pytest.mark.parametrize(
        "options",
        [
            ["--data", "{tmp}/none.tar"],
            ["--data", "{tmp}/none"],
            ["--data", "{tmp}/empty"],
            ["--data", "{tmp}/text.tar"],
            ["--from", "{tmp}/none.safetensors"],
            ["--from", "{tmp}/text.tar"],
            ["--device", "toaster"],
            ["--device", "cuda:99"],
        ],
    )
    @pytest.mark.usefixtures("no_training")
    def test_bad_input_is_one_line_and_exit_2(self, train, tmp_path, capsys, options):
        (tmp_path / "empty").mkdir()
        (tmp_path / "text.tar").write_text("no tar")
        assert train(*(option.format(tmp=tmp_path) for option in options)) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("train: ")
        assert err.count("\n") == 1
        assert not (tmp_path / "run").exists()

    def test_a_broken_checkpoint_is_one_line_and_exit_2(self, train, tmp_path, capsys):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "checkpoint.pt").write_text("junk")
        assert train() == 2
        err = capsys.readouterr().err
        assert "checkpoint.pt" in err
        assert err.count("\n") == 1

    @pytest.mark.parametrize(
        "options",
        [
            ["--sizes", "100"],
            ["--sizes", "16"],
            ["--sizes", "64:x"],
            ["--sizes", "64:0"],
            ["--sizes", "64:-1,96:2"],
            ["--sizes", ""],
            ["--minutes", "long"],
            ["--minutes", "-1"],
            ["--minutes", "nan"],
            ["--batch", "-3"],
            ["--weigh", "flowers"],
            ["--weigh", "flowers=-1"],
            ["--lr", "much"],
            ["--replace"],
            ["--what"],
        ],
    )
    @pytest.mark.usefixtures("no_training")
    def test_bad_usage_exits_2(self, train, capsys, options):
        with pytest.raises(SystemExit) as caught:
            train(*options)
        assert caught.value.code == 2
        assert "error:" in capsys.readouterr().err.splitlines()[-1]

    @pytest.mark.usefixtures("no_training")
    def test_data_must_be_given(self, capsys):
        with pytest.raises(SystemExit) as caught:
            main([])
        assert caught.value.code == 2
        assert "--data" in capsys.readouterr().err
