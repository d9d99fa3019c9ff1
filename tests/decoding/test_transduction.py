"""Beam search over targets against trying every target there is."""

from itertools import product

import pytest
import torch

from charlab.data.tokens.vocabulary import EOS, UNK
from charlab.decoding.transduction import transduce
from charlab.models import build_model
from charlab.models.encoder_decoder import EncoderDecoder

V, LONGEST = 5, 4


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(4)
    sizes = {"hidden_size": 4, "embedding_size": 3}
    encoder = build_model("gru", vocabulary_size=6, bidirectional=True, **sizes)
    network = EncoderDecoder(encoder, build_model("gru", vocabulary_size=V, **sizes)).double()
    with torch.no_grad():
        network.output.weight *= 6  # answers that differ
    return network.eval()


IDS = torch.tensor([[2, 3, 4, 5], [5, 2, 0, 0], [3, 0, 0, 0]])
LENGTHS = torch.tensor([4, 2, 1])


def every_target(network, ids):
    """All targets of fewer than LONGEST tokens with their log-probabilities, the best first."""
    tokens = [token for token in range(V) if token not in (EOS, UNK)]
    found = []
    for length in range(LONGEST):
        for target in product(tokens, repeat=length):
            given = torch.tensor([[EOS, *target]])
            nats = network(ids[None], torch.tensor([len(ids)]), given).log_softmax(-1)[0]
            score = sum(nats[u, token].item() for u, token in enumerate([*target, EOS]))
            found.append((score, list(target)))
    return sorted(found, reverse=True)


def test_a_wide_beam_finds_the_most_probable_targets(network):
    found = transduce(network, IDS, LENGTHS, width=27, count=4, max_length=LONGEST)
    for ids, length, best in zip(IDS, LENGTHS.tolist(), found, strict=True):
        expected = every_target(network, ids[:length])[:4]
        assert [each.ids for each in best] == [target for _, target in expected]
        assert [each.log_probability for each in best] == pytest.approx([s for s, _ in expected])


@pytest.mark.parametrize("width", [1, 3])
def test_a_text_s_targets_do_not_depend_on_the_texts_beside_it(network, width):
    together = transduce(network, IDS, LENGTHS, width=width, count=width, max_length=LONGEST)
    for row, length in enumerate(LENGTHS.tolist()):
        ids, alone = IDS[row : row + 1, :length], LENGTHS[row : row + 1]
        (own,) = transduce(network, ids, alone, width=width, count=width, max_length=LONGEST)
        assert [each.ids for each in own] == [each.ids for each in together[row]]


def test_what_never_ends_is_cut(network):
    endless = EncoderDecoder(network.encoder, network.decoder).double().eval()
    with torch.no_grad():
        endless.output.bias[EOS] = -torch.inf
    (best,) = transduce(endless, IDS[:1], LENGTHS[:1], width=2, count=2, max_length=3)[0]
    assert len(best.ids) == 3
    assert not {EOS, UNK} & set(best.ids)
