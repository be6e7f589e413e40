"""model.trainer: what the network is shown, and that it learns and goes on."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
import torch

from model.color import rgb_to_lab
from model.data import LONG, SHORT, Pictures
from model.load import load_network, read_notes
from model.trainer import VIEWS, Trainer
from model.unet import HintUNet


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
def no_hints(monkeypatch):
    """Simulated users who never put a hint."""
    monkeypatch.setattr(
        "model.trainer.draw_counts", lambda n, *_: torch.zeros(n, dtype=torch.int64)
    )


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


class TestPairs:
    """Hinted pictures and second views of them."""

    def test_second_views_are_coloured_with_what_is_remembered(self, trainer, pictures):
        """Both halves have predictions, and the loss of the second reaches the hint memory."""
        prediction, ab = trainer.pairs(pictures, 64)
        assert prediction.ab.shape == ab.shape == (4, 2, 64, 64)
        assert prediction.logits.shape[0] == 4
        assert not torch.equal(ab[:2], ab[2:])
        prediction.ab[2:].square().sum().backward()
        assert trainer.network.attend8.recall.grad.abs().sum() > 0

    def test_one_in_four_steps_has_them(self, trainer, pictures, monkeypatch):
        pairs = []
        take = trainer.pairs
        monkeypatch.setattr(
            trainer, "pairs", lambda *a: pairs.append(trainer.progress.step) or take(*a)
        )
        for _ in range(6):
            trainer.step(pictures, 32, 0.0)
        assert pairs == [0, 4]


class TestTrainer:
    """One step after the other."""

    def test_it_overfits_a_tiny_set(self, trainer, pictures, options, no_hints):
        trainer.warm_up = 1
        options.lr = 1e-2
        losses = torch.tensor([trainer.step(pictures, 32, 0.0) for _ in range(60)])
        assert torch.isfinite(losses).all()
        alone = losses[[step for step in range(60) if step % VIEWS]]  # second views are harder
        first, last = alone[:5].mean(0), alone[-5:].mean(0)
        assert float(last[0]) < 0.85 * float(first[0])
        assert float(last[1]) < 0.9 * float(first[1])
        assert trainer.progress.step == 60
        assert trainer.progress.samples == 240

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
