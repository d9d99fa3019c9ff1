import itertools

import pytest
import torch
from torch import nn

import charlab
from charlab.models import build_model, from_torch, to_torch
from charlab.models.cells import GRUCell
from charlab.models.recurrent import RecurrentModel

IDS = torch.tensor([[0, 3, 1, 4, 2], [2, 2, 0, 1, 3]])
CASES = list(itertools.product(("vanilla", "lstm", "gru"), (1, 2), (False, True), (0, 3)))


@pytest.mark.parametrize("kernel", ["fused", "reference"])
@pytest.mark.parametrize(("name", "layers", "both", "embedding"), CASES)
def test_there_and_back(name, layers, both, embedding, kernel):
    options = {"nonlinearity": "relu"} if name == "vanilla" else {}
    model = build_model(
        name,
        vocabulary_size=5,
        hidden_size=4,
        num_layers=layers,
        dropout=0.3,
        embedding_size=embedding,
        bidirectional=both,
        kernel=kernel,
        **options,
    )
    for parameter in model.parameters():
        nn.init.normal_(parameter)  # biases as well
    module = to_torch(model.eval())
    assert type(module[1]) is {"vanilla": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[name]
    features, state = model(IDS)
    found, last = module(IDS)
    torch.testing.assert_close(found, features, rtol=1e-5, atol=1e-6)
    if not both:
        parts = last if isinstance(last, tuple) else (last,)
        torch.testing.assert_close(parts, state, rtol=1e-5, atol=1e-6)
    again = from_torch(module[1], module[0] if embedding else None)
    assert type(again) is type(model)
    assert again.state_dict().keys() == model.state_dict().keys()
    for key, weight in model.state_dict().items():
        assert torch.equal(again.state_dict()[key], weight), key
    torch.testing.assert_close(again(IDS)[0], features, rtol=1e-5, atol=1e-6)


def test_the_same_kernel_gives_the_same_bits():
    module = nn.LSTM(3, 4, 2, batch_first=True).eval()
    embedding = nn.Embedding(5, 3)
    model = charlab.from_torch(module, embedding)
    expected, (h, c) = module(embedding(IDS))
    features, state = model(IDS)
    assert torch.equal(features, expected)
    assert torch.equal(state[0], h)
    assert torch.equal(state[1], c)
    with torch.no_grad():
        module.weight_ih_l0.zero_()
    assert torch.equal(model(IDS)[0], expected)  # its weights are its own


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_what_pytorch_leaves_open(kind):
    module = kind(5, 4, bias=False, dtype=torch.float64).eval()  # time first
    model = from_torch(module)
    one_hot = nn.functional.one_hot(IDS, 5).double()
    expected = module(one_hot.transpose(0, 1))[0].transpose(0, 1)
    torch.testing.assert_close(model(IDS)[0], expected)


def test_what_has_no_other_form():
    with pytest.raises(ValueError, match="proj_size"):
        from_torch(nn.LSTM(5, 4, proj_size=2))
    with pytest.raises(TypeError, match=r"nn\.GRU or nn\.RNN is wanted, got LSTMCell"):
        from_torch(nn.LSTMCell(5, 4))
    with pytest.raises(ValueError, match="the embedding has 3 numbers and the module reads 5"):
        from_torch(nn.GRU(5, 4), nn.Embedding(7, 3))
    with pytest.raises(ValueError, match="conditions"):
        to_torch(build_model("gru", vocabulary_size=5, hidden_size=4, num_conditions=2))

    sizes = {"vocabulary_size": 5, "hidden_size": 4}
    with pytest.raises(ValueError, match="a model with layer_norm and residual"):
        to_torch(build_model("gru", layer_norm=True, residual=True, **sizes))

    class OwnCell(GRUCell):
        pass

    with pytest.raises(ValueError, match="no module for a OwnCell"):
        to_torch(RecurrentModel(OwnCell(), None, vocabulary_size=5, hidden_size=4))
