import pytest
import torch
from torch.testing import assert_close

from charlab.models import LanguageModel, build_model
from charlab.testing.model_contract import randomize

V, H, B, T = 7, 6, 3, 4


def a_model(name, **options):
    model = LanguageModel(build_model(name, vocabulary_size=V, hidden_size=H, **options))
    randomize(model)
    return model.double().eval()


@pytest.mark.parametrize("conditions", [0, 5])
@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_step_equals_forward(name, conditions):
    model = a_model(name, num_layers=2, embedding_size=5, num_conditions=conditions)
    condition = torch.tensor([4, 0, 1]) if conditions else None
    ids = torch.randint(V, (B, T))
    logits, last = model(ids, condition=condition)
    assert logits.shape == (B, T, V)
    assert model.vocabulary_size == V
    state = model.init_state(B)
    for t in range(T):
        step, state = model.step(ids[:, t], state, condition=condition)
        assert_close(step, logits[:, t])
    assert_close(state, last)


def test_logits_are_a_linear_map_of_the_features():
    model = a_model("gru")
    ids = torch.randint(V, (B, T))
    features, _ = model.recurrent(ids)
    assert_close(model(ids)[0], features @ model.decoder.weight.T + model.decoder.bias)


def test_starts_near_the_uniform_distribution():
    torch.manual_seed(0)
    model = LanguageModel(build_model("lstm", vocabulary_size=50, hidden_size=64))
    ids = torch.randint(50, (8, 20))
    loss = torch.nn.functional.cross_entropy(model(ids[:, :-1])[0].mT, ids[:, 1:])
    assert abs(loss - torch.tensor(50.0).log()) < 0.1


def test_both_directions_are_refused():
    recurrent = build_model("lstm", vocabulary_size=V, hidden_size=H, bidirectional=True)
    with pytest.raises(ValueError, match="must not see the future: use bidirectional=False"):
        LanguageModel(recurrent)


def test_learns_a_pattern():
    # "0 1 2 0 1 2 …" must be certain after a few updates: gradients flow and the state advances.
    torch.manual_seed(0)
    model = LanguageModel(build_model("gru", vocabulary_size=3, hidden_size=16, embedding_size=0))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    text = torch.arange(31) % 3
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(model(text[None, :-1])[0][0], text[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05
