"""model.unet: shapes, ranges, spread of hints before any training, inference like training."""

from __future__ import annotations

import copy

import pytest
import torch

from model.bins import bin_centers
from model.unet import STRIDE, HintUNet

RED, BLUE = (0.5, 0.25), (-0.25, -0.5)


@pytest.fixture
def untrained(tiny):
    torch.manual_seed(0)
    return HintUNet(tiny).eval()


@pytest.fixture
def network(untrained, shaken):
    """All parameters and statistics different from where they start."""
    return shaken(untrained)


@pytest.mark.parametrize("size", [(16, 16), (32, 48), (64, 32), (16, 160), (112, 16)])
@torch.inference_mode()
def test_output_has_the_size_of_the_input(network, sparse_planes, size):
    height, width = size
    planes = sparse_planes({(3, 5): RED}, {}, height=height, width=width)
    prediction = network(planes)
    assert prediction.ab.shape == (2, 2, height, width)
    assert prediction.logits.shape == (2, len(bin_centers()), height // 4, width // 4)
    assert torch.isfinite(prediction.ab).all()
    assert torch.isfinite(prediction.logits).all()


@pytest.mark.parametrize("size", [(40, 32), (32, 40), (1, 16), (250, 250)])
def test_other_sizes_are_refused(untrained, size):
    with pytest.raises(ValueError, match=f"multiples of {STRIDE}"):
        untrained(torch.zeros(1, 4, *size))


@torch.inference_mode()
def test_colours_stay_in_range_whatever_the_weights(network, sparse_planes):
    network.output.weight.mul_(1000)
    ab = network(sparse_planes({(3, 5): (1.0, -1.0)})).ab
    assert float(ab.abs().max()) <= 1
    assert float(ab.abs().max()) > 0.99


@torch.inference_mode()
def test_untrained_it_gives_no_colour_without_hints(untrained, sparse_planes):
    assert not untrained(sparse_planes({})).ab.any()


@torch.inference_mode()
def test_untrained_it_already_spreads_a_hint(untrained, sparse_planes):
    """Everywhere the hint's hue, strongest about it, and each hint in its own half."""
    ab = untrained(sparse_planes({(12, 32): RED}, {(12, 32): RED, (52, 32): BLUE})).ab
    alone, two = ab
    assert float(alone.min()) > 0.01
    assert torch.allclose(alone[0], alone[1] * 2, atol=0.02)
    assert float(alone[0, 28:36, 8:16].mean()) > float(alone[0, 56:, 56:].mean())
    assert float(alone.max()) <= 0.5 + 1e-6
    assert float(two[0, :, :24].mean()) > 0 > float(two[0, :, 40:].mean())


@torch.inference_mode()
def test_pictures_of_a_batch_do_not_see_each_other(network, sparse_planes):
    many = {(x, 8): (x / 64, -0.5) for x in range(0, 64, 8)}
    planes = sparse_planes({}, {(37, 21): RED}, many)
    together = network(planes)
    for index in range(3):
        alone = network(planes[index : index + 1])
        assert torch.allclose(together.ab[index], alone.ab[0], atol=1e-5)
        assert torch.allclose(together.logits[index], alone.logits[0], atol=1e-4)


@torch.inference_mode()
def test_a_fixed_number_of_keys_changes_nothing(network, sparse_planes):
    planes = sparse_planes({(37, 21): RED, (5, 50): BLUE}, {})
    assert torch.allclose(network(planes, 40).ab, network(planes).ab, atol=1e-5)


@torch.inference_mode()
def test_folded_it_computes_the_same(network, sparse_planes):
    planes = sparse_planes({(37, 21): RED}, {})
    expected = network(planes)
    folded = copy.deepcopy(network).train().fold()
    assert not folded.training
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    result = folded(planes)
    assert torch.allclose(result.ab, expected.ab, atol=1e-5)
    assert torch.allclose(result.logits, expected.logits, atol=1e-4)


def test_gradients_reach_every_parameter(network, sparse_planes):
    network.train()
    planes = sparse_planes({(37, 21): RED, (5, 50): BLUE}, {(3, 3): BLUE}, {})
    prediction = network(planes, memory=network(planes.roll(1, 0)).memory)
    (prediction.ab.square().sum() + prediction.logits.square().mean()).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


def test_a_first_step_from_the_start_has_finite_gradients(untrained, sparse_planes):
    """Hints of the largest colours included, where atanh and tanh are steep."""
    untrained.train()
    untrained(sparse_planes({(37, 21): (1.0, -1.0)}, {})).ab.sub(0.3).abs().sum().backward()
    grads = [p.grad for p in untrained.parameters() if p.grad is not None]
    assert grads
    assert all(torch.isfinite(grad).all() for grad in grads)
    assert untrained.output.weight.grad.abs().sum() > 0


def test_bfloat16_autocast_stays_close(network, sparse_planes):
    planes = sparse_planes({(37, 21): RED}, {})
    with torch.inference_mode():
        expected = network(planes).ab
        with torch.autocast("cpu", torch.bfloat16):
            result = network(planes)
    assert result.ab.dtype == torch.float32
    assert float((result.ab - expected).abs().mean()) < 0.02
    network.train()
    with torch.autocast("cpu", torch.bfloat16):
        prediction = network(planes)
    prediction.ab.square().sum().backward()
    assert torch.isfinite(network.stem.conv.weight.grad).all()


def test_the_same_input_gives_the_same_bits(network, sparse_planes):
    planes = sparse_planes({(37, 21): RED})
    with torch.inference_mode():
        assert torch.equal(network(planes).ab, network(planes.clone()).ab)
