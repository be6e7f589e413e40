"""`python -m model.ablate`: the variants are what they're called, and get the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from model import trainer
from model.ablate import COUNTS, VARIANTS, Budget, OldFilm, Result, main, table, train
from model.data import LONG, SHORT, Pictures
from model.losses import table_on
from model.unet import HintUNet, Prediction

BUDGET = Budget(samples=4, size=32, batch=2, lr=1e-2, pictures=1)


@pytest.fixture
def pictures():
    """Three pictures of noise."""
    frames = np.random.default_rng(0).integers(0, 256, (3, 3, SHORT, LONG), dtype=np.uint8)
    upright = torch.tensor([False, True, False])
    return Pictures(torch.from_numpy(frames), torch.full((3,), LONG), upright, torch.ones(3))


@pytest.fixture
def built(tiny, shaken):
    """Builds the network of a variant, its parameters shaken."""

    def build(name: str) -> HintUNet:
        torch.manual_seed(0)
        network = HintUNet(tiny)
        VARIANTS[name].change(network)
        return shaken(network).eval()

    return build


def with_and_without(network, planes):
    """Largest change of ab that the hints make, at their places and at the far corner."""
    bare = planes.clone()
    bare[:, 1:] = 0
    with torch.no_grad():
        change = (network(planes).ab - network(bare).ab).abs()
    return float(change.max()), float(change[..., -1, -1].max())


def parameters_in_use(network, planes):
    """Names of the parameters of which the result depends."""
    prediction = network(planes)
    torch.autograd.backward(prediction.ab.sum() + prediction.logits.square().sum())
    return {
        name
        for name, one in network.named_parameters()
        if one.grad is not None and one.grad.abs().max() > 0
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_trains(name, pictures, tiny):
    network, seconds = train(replace(VARIANTS[name], widths=tiny), pictures, BUDGET, "cpu")
    assert seconds > 0
    assert torch.isfinite(network.output.weight).all()
    assert bool(network.output.weight.any())


def test_without_attention_hints_act_through_the_convolutions_alone(built, sparse_planes):
    planes = sparse_planes({(3, 3): (0.5, -0.4)}, height=256, width=256)
    everywhere, far = with_and_without(built("as it is"), planes)
    assert far > 1e-6
    everywhere, far = with_and_without(built("no attention"), planes)
    assert everywhere > 1e-6
    _, far_plain = with_and_without(built("plain U-Net: no attention, no pooled hints"), planes)
    assert far_plain < 1e-6  # kernels and threads may round differently


@pytest.mark.parametrize(
    ("name", "gone", "stays"),
    [
        ("attention at 1/8 only", "attend4.query.weight", "attend8.query.weight"),
        ("attention at 1/4 only", "attend8.query.weight", "attend4.query.weight"),
        ("no global context", "context.mix.0.weight", "attend8.query.weight"),
    ],
)
def test_what_is_left_out_is_gone(name, gone, stays, built, sparse_planes):
    planes = sparse_planes({(3, 3): (0.5, -0.4), (40, 50): (-0.2, 0.3)})
    assert {gone, stays} <= parameters_in_use(built("as it is"), planes)
    used = parameters_in_use(built(name), planes)
    assert stays in used
    assert gone not in used


def test_pooled_hints_are_hidden(built, sparse_planes):
    planes = sparse_planes({(3, 3): (0.5, -0.4)})
    for name, gone in (("as it is", False), ("no pooled hints", True)):
        network = built(name)
        torch.autograd.backward(network(planes).ab.sum())
        weights = [network.get_submodule(f"encode{n}").join.weight for n in (2, 4, 8, 16)]
        assert all(bool(weight.grad.any()) != gone for weight in weights)


def test_losses_without_a_part():
    prediction = Prediction(torch.zeros(2, 2, 8, 8), torch.randn(2, 260, 2, 2), ())
    ab, bins = torch.randn(2, 2, 8, 8) * 5, table_on(torch.device("cpu"))
    total, regression = VARIANTS["no bin head"].loss(prediction, ab, bins)
    assert torch.equal(total, regression)
    _, plain = VARIANTS["Huber without the root"].loss(prediction, ab, bins)
    # all errors are below 30, where the loss is half the square, in units of 10
    assert float(plain) == pytest.approx(float((ab / 10).square().mean() / 2))


def test_the_variants_loss_is_minimised(pictures, tiny):
    """Without the bin head's loss, its weights stay where they were but for their decay."""
    moved = []
    for name in ("as it is", "no bin head"):
        torch.manual_seed(1)
        before = HintUNet(tiny).classify.weight.detach()
        network, _ = train(replace(VARIANTS[name], widths=tiny), pictures, BUDGET, "cpu")
        moved.append(float((network.classify.weight.detach() - before).abs().max()))
    assert moved[0] > 5 * moved[1]


def test_every_variant_sees_the_same_crops(pictures, tiny, monkeypatch):
    runs = []
    crop = trainer.crop

    def seen(*arguments):
        runs[-1].append(crop(*arguments))
        return runs[-1][-1]

    monkeypatch.setattr("model.trainer.crop", seen)
    for name in (
        "as it is",
        "no attention",
        "colours never changed",
        "hint counts geometric alone",
    ):
        runs.append([])
        train(replace(VARIANTS[name], widths=tiny), pictures, BUDGET, "cpu")
    first, *others = runs
    assert len(first) > 1
    assert not torch.equal(first[0], first[-1])
    for other in others:
        assert all(torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_old_film_degrades_luma_and_leaves_hints(sparse_planes):
    planes = sparse_planes(*[{(3, 3): (0.5, -0.4)}] * 8)
    seen = []

    class Network(torch.nn.Linear):
        def forward(self, given):
            seen.append(given)
            return Prediction(given[:, 1:3], given, ())

    OldFilm(Network(1, 1))(planes)
    assert torch.equal(seen[0][:, 1:], planes[:, 1:])
    changed = (seen[0][:, 0] - planes[:, 0]).abs().amax((1, 2))
    assert float(changed.max()) > 0.05
    assert -1 <= float(seen[0][:, 0].min()) <= float(seen[0][:, 0].max()) <= 1


def test_the_table_has_differences_from_the_first_line():
    base = Result(8_200_000, 100.4, [23.0, 24.0, 27.0, 31.0], 26.0)
    other = Result(4_600_000, 60.0, [22.9, 24.1, 26.0, 31.0], 25.0)
    lines = table({"widths x 0.75": other, "as it is": base}, BUDGET).splitlines()
    assert lines[2] == "| as it is | 8.2 | 4 | 100 | 23.00 | 24.00 | 27.00 | 31.00 | 26.00 |"
    assert lines[3] == "| widths x 0.75 | 4.6 | 4 | 60 | -0.10 | +0.10 | -1.00 | +0.00 | -1.00 |"
    alone = table({"widths x 0.75": other}, BUDGET).splitlines()
    assert "| 22.90 |" in alone[2]


class TestCommand:
    """`python -m model.ablate`."""

    @pytest.fixture
    def call(self, tmp_path, encoded, tiny, monkeypatch):
        """Runs the command with two quick variants on three pictures."""
        random = np.random.default_rng(0)
        for name in "abc":
            rgb = random.integers(0, 256, (40, 50, 3), dtype=np.uint8)
            (tmp_path / f"{name}.png").write_bytes(encoded(rgb))
        quick = {name: replace(VARIANTS[name], widths=tiny) for name in ("as it is", "no bin head")}
        monkeypatch.setattr("model.ablate.VARIANTS", quick)
        folder = str(tmp_path)
        given = ["--data", folder, "--eval", folder, "--limit", "1", "--device", "cpu"]
        given += ["--into", str(tmp_path / "run" / "results.jsonl")]
        given += ["--samples", "4", "--size", "32", "--batch", "2"]
        return lambda *more: main([*given, *more])

    def test_it_prints_a_line_for_each_variant_and_goes_on_where_it_was(
        self, call, capsys, monkeypatch
    ):
        assert call("--only", "as it is") == 0
        first = capsys.readouterr().out.splitlines()
        assert len(first) == 3
        assert len(first[0].split("|")) == 7 + len(COUNTS)
        assert call() == 0
        both = capsys.readouterr().out.splitlines()
        assert both[:3] == first
        assert both[3].startswith("| no bin head |")
        monkeypatch.setattr("model.ablate.train", lambda *_: pytest.fail("trained again"))
        assert call() == 0
        assert capsys.readouterr().out.splitlines() == both

    def test_results_of_another_budget_do_not_count(self, call, capsys):
        assert call("--only", "as it is") == 0
        assert call("--only", "no bin head", "--samples", "2") == 0
        assert "as it is" not in capsys.readouterr().out.splitlines()[-1]

    def test_a_file_of_something_else_is_refused(self, call, tmp_path, capsys):
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "results.jsonl").write_text("no\n")
        assert call() == 2
        assert capsys.readouterr().err.startswith("ablate: ")
