import pytest
import torch

from charlab.models import build_model
from charlab.models.attention import ATTENTIONS
from charlab.models.encoder_decoder import EncoderDecoder


def make(name="lstm", attention="general", bidirectional=True, layers=2):
    torch.manual_seed(0)
    sizes = {"hidden_size": 4, "embedding_size": 3, "num_layers": layers}
    encoder = build_model(name, vocabulary_size=6, bidirectional=bidirectional, **sizes)
    return EncoderDecoder(encoder, build_model(name, vocabulary_size=5, **sizes), attention).eval()


@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
@pytest.mark.parametrize("attention", ATTENTIONS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_steps_one_by_one_give_what_teacher_forcing_gives(name, attention, bidirectional):
    network = make(name, attention, bidirectional)
    ids, lengths = torch.randint(0, 6, (3, 5)), torch.tensor([5, 1, 3])
    given = torch.randint(0, 5, (3, 4))
    logits = network(ids, lengths, given)
    assert logits.shape == (3, 4, 5)
    state, memory = network.encode(ids, lengths)
    weights = network.attention_weights(ids, lengths, given)
    for u in range(4):
        step, state, looked = network.step(given[:, u], state, memory)
        torch.testing.assert_close(step, logits[:, u])
        assert (looked is None) == (attention == "none")
        if looked is not None:
            torch.testing.assert_close(looked, weights[:, u])


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_padding_changes_nothing(attention):
    network = make(attention=attention)
    ids, lengths = torch.randint(0, 6, (2, 5)), torch.tensor([5, 2])
    given = torch.randint(0, 5, (2, 3))
    together = network(ids, lengths, given)
    alone = network(ids[1:, :2], lengths[1:], given[1:])
    torch.testing.assert_close(together[1:], alone)


def test_a_decoder_reads_one_way():
    both = build_model("gru", vocabulary_size=3, hidden_size=2, bidirectional=True)
    with pytest.raises(ValueError, match="a decoder cannot read"):
        EncoderDecoder(both, both)
