import pytest
import torch

from charlab.evaluation.evaluate import measure


class Recorder:
    """A meter that notes what it saw, and in which mode the network was."""

    def __init__(self, network):
        self.network = network
        self.seen = []

    def update(self, batch):
        self.seen.append((batch, self.network.training))

    def compute(self, text=None):
        return {"loss": float(len(self.seen))}


@pytest.mark.parametrize("training", [True, False])
def test_the_network_is_as_it_was(training):
    network = torch.nn.Dropout().train(training)
    meter = Recorder(network)
    assert measure(network, meter, ["one", "two"]) == {"loss": 2.0}
    assert meter.seen == [("one", False), ("two", False)]
    assert network.training is training
