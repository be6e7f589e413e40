"""model.train: it learns, it goes on where it stopped, and it says what is wrong."""

from __future__ import annotations

import argparse
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from model.color import rgb_to_lab
from model.data import LONG, SHORT, Pictures
from model.load import load_network, read_notes, save_network
from model.train import Trainer, main
from model.unet import HintUNet, Widths


@pytest.fixture
def pictures():
    """Two pictures of smooth colours."""
    rng = np.random.default_rng(3)
    coarse = torch.from_numpy(rng.random((2, 3, 2, 3)))
    frames = torch.nn.functional.interpolate(
        coarse, (SHORT, LONG), mode="bilinear", align_corners=True
    )
    frames = frames.mul(255).to(torch.uint8)
    return Pictures(frames, torch.tensor([LONG, LONG]), torch.tensor([False, True]), torch.ones(2))


@pytest.fixture
def options(tmp_path):
    return argparse.Namespace(
        device="cpu", lr=3e-3, batch=4, seed=1, minutes=1.0, run=tmp_path / "run"
    )


@pytest.fixture
def trainer(tiny, options):
    torch.manual_seed(0)
    return Trainer(HintUNet(tiny), options)


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
        run = ("--run", str(tmp_path / "run"))
        start = () if "--start" in options else ("--fresh",)
        return main(["--data", str(shard), *few, *start, *run, *options])

    return call


@pytest.fixture
def no_hints(monkeypatch):
    """Simulated users who never put a hint."""
    monkeypatch.setattr("model.train.draw_counts", lambda n, *_: torch.zeros(n, dtype=torch.int64))


@pytest.fixture
def no_training(monkeypatch):
    """A run that should not have started ends at once."""

    def refuse(*_):
        pytest.fail("training began")

    monkeypatch.setattr("model.train.run", refuse)


def samples_of(text: str) -> list[int]:
    """The sample counts of the lines that a run prints."""
    return [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) samples  ", text)]


class TestBatch:
    """What the network is shown."""

    def test_planes_and_true_colours_fit_together(self, trainer, pictures):
        planes, ab = trainer.batch(pictures, 48)
        assert planes.shape == (4, 4, 48, 48)
        assert ab.shape == (4, 2, 48, 48)
        assert planes[:, 0].min() >= -1
        assert planes[:, 0].max() <= 1
        assert set(planes[:, 3].unique().tolist()) <= {0.0, 1.0}
        unhinted = planes[:, 3:] == 0
        assert not planes[:, 1:3][unhinted.expand(-1, 2, -1, -1)].any()

    def test_hints_are_the_true_colours(self, trainer, pictures):
        """Smooth pictures, so the mean of a patch is about the colour of its pixels."""
        hinted = 0
        for _ in range(5):
            planes, ab = trainer.batch(pictures, 64)
            mask = planes[:, 3] > 0
            hinted += int(mask.sum())
            for plane in (0, 1):
                error = planes[:, 1 + plane][mask] * 110 - ab[:, plane][mask]
                assert float(error.abs().mean()) < 6
        assert hinted > 500

    def test_pictures_are_drawn_by_their_weights(self, trainer, options, no_hints):
        """Three flat pictures, of which the second weighs three times the first, the last none."""
        grays = torch.tensor([60, 130, 200], dtype=torch.uint8)
        frames = grays[:, None, None, None].expand(3, 3, SHORT, LONG).contiguous()
        weights = torch.tensor([1.0, 3.0, 0.0])
        upright = torch.zeros(3, dtype=torch.bool)
        pictures = Pictures(frames, torch.full((3,), LONG), upright, weights)
        trainer.augment.film = lambda lightness: lightness
        trainer.batch_size = 400
        planes, _ = trainer.batch(pictures, 16)
        level = (planes[:, 0].mean((1, 2)) + 1) * 50  # L is 25, 54 or 81
        assert float((level > 70).float().mean()) == 0
        assert float((level > 40).float().mean()) == pytest.approx(0.75, abs=0.08)

    def test_film_is_on_the_input_and_not_on_the_target(self, tiny, options, pictures, monkeypatch):
        options.batch = 16
        old = Trainer(HintUNet(tiny), options)
        planes, ab = old.batch(pictures, 32)
        clean = Trainer(HintUNet(tiny), options)
        monkeypatch.setattr(clean.augment, "film", lambda lightness: lightness)
        clean_planes, clean_ab = clean.batch(pictures, 32)
        assert torch.equal(ab, clean_ab)
        assert torch.equal(planes[:, 1:], clean_planes[:, 1:])
        changed = (planes[:, 0] - clean_planes[:, 0]).abs().amax((1, 2)) > 0.01
        assert 0 < int(changed.sum()) < 16

    def test_unhinted_targets_are_the_pictures_own_colours(self, trainer, no_hints):
        color = torch.tensor([200, 60, 30])
        frames = color.to(torch.uint8)[None, :, None, None].expand(1, 3, SHORT, LONG)
        pictures = Pictures(frames, torch.tensor([LONG]), torch.tensor([False]), torch.ones(1))
        _, a, b = rgb_to_lab(*(color.float() / 255))
        _, ab = trainer.batch(pictures, 32)
        expected = torch.stack([a, b])[None, :, None, None].expand_as(ab)
        assert torch.allclose(ab, expected, atol=0.01)


class TestTrainer:
    """One step after the other."""

    def test_it_overfits_a_tiny_set(self, trainer, pictures, options, no_hints, monkeypatch):
        monkeypatch.setattr("model.train.WARM_UP", 1)
        options.lr = 1e-2
        losses = torch.tensor([trainer.step(pictures, 32, 0.0) for _ in range(30)])
        assert torch.isfinite(losses).all()
        first, last = losses[:5].mean(0), losses[-5:].mean(0)
        assert float(last[0]) < 0.85 * float(first[0])
        assert float(last[1]) < 0.9 * float(first[1])
        assert trainer.progress.step == 30
        assert trainer.progress.samples == 120

    def test_the_average_follows_the_network(self, trainer, pictures):
        before = trainer.average.output.weight.detach().clone()
        for _ in range(3):
            trainer.step(pictures, 32, 0.0)
        now, average = (n.output.weight.detach() for n in (trainer.network, trainer.average))
        assert not torch.equal(average, before)
        assert not torch.equal(average, now)
        assert float((average - now).norm()) < float((before - now).norm())
        statistics = trainer.average.stem.norm.running_mean
        assert not torch.equal(statistics, torch.zeros_like(statistics))
        assert torch.equal(trainer.average.bin_centers, trainer.network.bin_centers)
        assert not trainer.average.training

    def test_late_in_a_run_the_average_moves_by_a_thousandth(self, trainer, pictures):
        trainer.progress.step = 10**6
        torch.nn.init.ones_(trainer.network.output.weight)
        trainer.step(pictures, 32, 0.0)
        now, average = trainer.network.output.weight, trainer.average.output.weight
        assert torch.allclose(average, now * 1e-3, atol=1e-6)

    def test_a_warm_up_and_then_less_and_less(self, trainer, pictures, options):
        def rate(step: int, share: float) -> float:
            trainer.progress.step = step
            trainer.step(pictures, 32, share)
            return trainer.optimizer.param_groups[0]["lr"] / options.lr

        warming = [rate(step, 0.0) for step in (0, 99, 298)]
        assert warming == sorted(warming)
        assert warming[0] < 0.01
        late = [rate(1000, share) for share in (0.0, 0.3, 0.7, 1.0)]
        assert late == sorted(late, reverse=True)
        assert late[0] == pytest.approx(1, abs=0.01)
        assert 0 < late[-1] < 0.05

    def test_resumed_it_goes_on_as_if_it_had_not_stopped(self, trainer, tiny, pictures, options):
        for _ in range(3):
            trainer.step(pictures, 32, 0.0)
        trainer.progress.seconds = 12.5
        trainer.save(options.run)
        torch.manual_seed(99)
        other = Trainer(HintUNet(tiny), options)
        other.resume(options.run / "checkpoint.pt")
        assert other.progress == trainer.progress
        for _ in range(2):
            expected = trainer.step(pictures, 32, 0.1)
            result = other.step(pictures, 32, 0.1)
            assert float(result[0]) == pytest.approx(float(expected[0]), rel=1e-4)
        for part in ("network", "average"):
            theirs = getattr(other, part).state_dict()
            for name, tensor in getattr(trainer, part).state_dict().items():
                assert torch.allclose(theirs[name], tensor, atol=1e-4), name

    def test_saved_weights_are_the_average(self, trainer, pictures, options):
        trainer.samples_before = 1000
        trainer.step(pictures, 32, 0.0)
        trainer.save(options.run)
        path = options.run / "hintunet.safetensors"
        assert read_notes(path)["samples"] == "1004"
        expected = trainer.average.stem.conv.weight.half().float()
        assert torch.equal(load_network(path).stem.conv.weight, expected)
        assert sorted(entry.name for entry in options.run.iterdir()) == [
            "checkpoint.pt",
            "hintunet.safetensors",
        ]


class TestCommand:
    """`python -m model.train`."""

    def test_a_fresh_run_of_the_full_network_writes_weights_that_load(
        self, shard, tmp_path, capsys
    ):
        options = ["--data", str(shard), "--fresh", "--minutes", "0.01", "--sizes", "32"]
        options += ["--batch", "2", "--device", "cpu", "--run", str(tmp_path / "run")]
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
        options = ["--data", str(shard.parent), "--start", str(tiny_weights)]
        options += ["--sizes", "32:0.5,48:0.5", "--cache", str(tmp_path / "cache")]
        assert train(*options, "--eval", str(folder)) == 0
        out = capsys.readouterr().out
        assert "3 pictures" in out
        assert "protocol Z" in out
        assert len(list((tmp_path / "cache").iterdir())) == 2

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

    def test_weights_note_all_samples_since_the_start(self, train, tmp_path, tiny):
        start = tmp_path / "start.safetensors"
        save_network(HintUNet(tiny), start, {"samples": "5000"})
        assert train("--start", str(start)) == 0
        notes = read_notes(tmp_path / "run" / "hintunet.safetensors")
        assert notes["samples"] == "5012"

    @pytest.mark.parametrize(
        "options",
        [
            ["--data", "{tmp}/none.tar"],
            ["--data", "{tmp}/none"],
            ["--data", "{tmp}/empty"],
            ["--data", "{tmp}/text.tar"],
            ["--start", "{tmp}/none.safetensors"],
            ["--start", "{tmp}/text.tar"],
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
