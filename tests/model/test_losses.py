"""model.losses: bin targets, and a loss that is least for the truth."""

from __future__ import annotations

import pytest
import torch

from model.bins import bin_centers
from model.color import AB_SCALE
from model.losses import BIN_WEIGHT, bin_targets, regression_loss, table_on, total_loss
from model.unet import Prediction


@pytest.fixture
def table():
    return table_on(torch.device("cpu"))


def test_targets_are_the_bins_of_the_cells_mean_colours(table):
    ab = torch.zeros(1, 2, 8, 8)
    ab[0, 0, :4, :4] = torch.linspace(27, 33, 16).view(4, 4)  # mean 30
    ab[0, 1, :4, :4] = -20
    ab[0, :, 4:, 4:] = torch.tensor([52.0, 48.0])[:, None, None]
    centers = torch.tensor(bin_centers())[bin_targets(ab, table)]
    assert centers[0, 0, 0].tolist() == [30, -20]
    assert centers[0, 1, 1].tolist() == [50, 50]
    assert centers[0, 0, 1].tolist() == [0, 0]


def test_targets_of_impossible_colours_are_possible_ones(table):
    ab = torch.full((1, 2, 4, 4), -400.0)
    assert 0 <= int(bin_targets(ab, table)) < len(bin_centers())


def test_regression_is_zero_for_the_truth_and_grows_away_from_it():
    ab = torch.rand(2, 2, 8, 8) * 100 - 50
    assert float(regression_loss(Prediction(ab / AB_SCALE, ab), ab)) == pytest.approx(0, abs=1e-9)
    # Huber in units of 10: quadratic below, linear above
    for away, loss in ((5, 0.125), (10, 0.5), (30, 2.5)):
        moved = Prediction((ab + away) / AB_SCALE, ab)
        assert float(regression_loss(moved, ab)) == pytest.approx(loss, abs=1e-4)


def test_total_adds_the_cross_entropy_of_the_bins(table):
    ab = torch.zeros(1, 2, 8, 8)
    bins = len(bin_centers())
    flat = Prediction(ab / AB_SCALE, torch.zeros(1, bins, 2, 2))
    total, regression = total_loss(flat, ab, table)
    assert float(regression) == 0
    assert float(total) == pytest.approx(BIN_WEIGHT * torch.tensor(float(bins)).log().item())
    sure = torch.full((1, bins, 2, 2), -50.0)
    sure.scatter_(1, bin_targets(ab, table)[:, None], 50.0)
    assert float(total_loss(Prediction(ab, sure), ab, table)[0]) == pytest.approx(0, abs=1e-6)
