"""model.load: weights go through a file unharmed, and anything else is refused in a sentence."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import load_file, save_file

from model.load import (
    BUNDLED,
    WeightsError,
    load_network,
    place,
    quick_dtype,
    read_notes,
    save_network,
)
from model.unet import HintUNet, Widths


@pytest.fixture
def network(tiny, shaken):
    torch.manual_seed(0)
    return shaken(HintUNet(tiny))


@pytest.fixture
def rewrite(network, tiny, tmp_path):
    """Saves the network, lets a function change its tensors and metadata, writes that."""

    def write(change):
        path = tmp_path / "changed.safetensors"
        tensors = {name: t.half().contiguous() for name, t in network.state_dict().items()}
        metadata = {"widths": json.dumps(asdict(tiny))}
        change(tensors, metadata)
        save_file(tensors, path, metadata)
        return path

    return write


def refusal(path):
    """The message with which a file is refused: one line that names it."""
    with pytest.raises(WeightsError) as caught:
        load_network(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_weights_come_back_in_half_precision(network, tmp_path):
    path = tmp_path / "deep" / "er" / "w.safetensors"
    save_network(network, path, {"samples": "12", "note": "größer"})
    assert all(t.dtype == torch.float16 for t in load_file(path).values() if t.is_floating_point())
    loaded = load_network(path)
    assert loaded.widths == network.widths
    assert not loaded.training
    for name, tensor in network.state_dict().items():
        expected = tensor.half().float() if tensor.is_floating_point() else tensor
        assert torch.equal(loaded.state_dict()[name], expected), name
        assert loaded.state_dict()[name].dtype == tensor.dtype
    notes = read_notes(path)
    assert notes.pop("widths") == json.dumps(asdict(network.widths))
    assert notes == {"samples": "12", "note": "größer"}


def test_the_loaded_network_computes_the_same(network, tmp_path, sparse_planes):
    save_network(network, tmp_path / "w.safetensors", {})
    planes = sparse_planes({(3, 4): (0.5, 0.5)})
    with torch.inference_mode():
        expected = network.eval()(planes).ab
        result = load_network(tmp_path / "w.safetensors")(planes).ab
    assert torch.allclose(result, expected, atol=0.02)


def test_the_file_can_be_read_by_others_and_replaces_the_old_one(network, tmp_path):
    path = tmp_path / "w.safetensors"
    path.write_text("old")
    save_network(network, path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == ["w.safetensors"]
    assert load_network(path).widths == network.widths


def test_weights_of_a_network_on_channels_last_are_the_same(network, tmp_path):
    network.to(memory_format=torch.channels_last)
    save_network(network, tmp_path / "w.safetensors", {})
    weight = load_network(tmp_path / "w.safetensors").stem.conv.weight
    assert torch.equal(weight, network.stem.conv.weight.half().float())


def test_bundled_weights_fit_the_default_network():
    assert read_notes(BUNDLED)["widths"] == json.dumps(asdict(Widths()))
    assert load_network().widths == Widths()


def test_a_missing_file_is_refused(tmp_path):
    assert "no such" in refusal(tmp_path / "none.safetensors")
    assert "no such" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff" * 64, b"\x10" + b"\0" * 7 + b"{" * 16])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    assert "not a safetensors file" in refusal(path)


def test_a_cut_off_file_is_refused(network, tmp_path):
    path = tmp_path / "w.safetensors"
    save_network(network, path, {})
    path.write_bytes(path.read_bytes()[:-100])
    assert "not a safetensors file" in refusal(path)


def test_weights_without_our_metadata_are_refused(network, tmp_path):
    path = tmp_path / "w.safetensors"
    save_file(network.state_dict(), path)
    assert "not weights of this network" in refusal(path)


@pytest.mark.parametrize(
    "widths",
    [
        "what",
        "{}",
        "[]",
        "7",
        '{"full": "x", "half": 4, "quarter": 8, "eighth": 8, "sixteenth": 8, "bottleneck": 8}',
        '{"full": -4, "half": 4, "quarter": 8, "eighth": 8, "sixteenth": 8, "bottleneck": 8}',
    ],
)
def test_senseless_metadata_is_refused(rewrite, widths):
    path = rewrite(lambda _, metadata: metadata.update(widths=widths))
    assert "not weights of this network" in refusal(path)


def test_weights_of_another_network_are_refused(rewrite):
    def replace(tensors, _):
        tensors.clear()
        tensors["resnet.conv1"] = torch.zeros(3)

    assert "not weights of this network" in refusal(rewrite(replace))


def test_a_missing_tensor_is_named(rewrite):
    path = rewrite(lambda tensors, _: tensors.pop("stem.conv.weight"))
    assert "stem.conv.weight is missing" in refusal(path)


def test_a_wrong_shape_is_named(rewrite):
    path = rewrite(lambda tensors, _: tensors.update({"output.bias": torch.zeros(3)}))
    assert "output.bias is (3,) instead of (2,)" in refusal(path)


def test_weights_of_other_widths_are_refused(rewrite):
    wider = {"full": 8, "half": 4, "quarter": 8, "eighth": 8, "sixteenth": 8, "bottleneck": 8}
    path = rewrite(lambda _, metadata: metadata.update(widths=json.dumps(wider)))
    assert "do not fit" in refusal(path)


def test_a_tensor_too_many_is_named(rewrite):
    path = rewrite(lambda tensors, _: tensors.update(stowaway=torch.zeros(1)))
    assert "stowaway is not in the network" in refusal(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(rewrite, value):
    path = rewrite(lambda tensors, _: tensors["output.bias"].fill_(value))
    assert "not finite" in refusal(path)


@pytest.mark.parametrize(
    ("able", "dtype"),
    [
        ({"avx512_bf16": True}, torch.bfloat16),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": False, "avx512_f": True}, torch.float32),
        ({}, torch.float32),
    ],
)
def test_half_precision_only_where_the_processor_computes_with_it(monkeypatch, able, dtype):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert quick_dtype(torch.device("cpu")) is dtype


def test_in_half_precision_the_bundled_network_says_nearly_the_same(sparse_planes):
    """Of the colours, within an ab unit; of the probabilities, a hundredth."""
    cpu = torch.device("cpu")
    planes = sparse_planes({(30, 30): (0.5, -0.2)}, {})
    with torch.inference_mode():
        exact = place(load_network().fold(), cpu)(planes)
        halved = place(load_network().fold(), cpu, torch.bfloat16)
        with torch.autocast("cpu", torch.bfloat16):
            quick = halved(planes)
    assert quick.ab.dtype == torch.float32
    assert 0 < float((quick.ab - exact.ab).abs().max()) * 110 < 1
    change = quick.logits.float().softmax(1) - exact.logits.softmax(1)
    assert float(change.abs().max()) < 0.01
