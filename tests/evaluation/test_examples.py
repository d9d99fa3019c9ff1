import pytest

from charlab.builders.corpus import resolve
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.tasks import TASKS

NAMES = [(f"{letter}{'no' * n}{i}", letter) for letter in "ab" for n in (1, 2, 3) for i in range(9)]
SMALL = ("task=classify", "model.hidden_size=4", "model.embedding_size=3", "model.dropout=0.5")


@pytest.fixture
def lines(compose_options, make_corpus):
    """``lines(texts, "dataset.seq_len=8", …)``: what a network that knows one label ends with."""

    def final_lines(texts, *arguments, layout="sequences", fractions=(0.5, 0.5, 0.0)):
        corpus = make_corpus(texts, layout=layout, fractions=fractions)
        task = TASKS["classify"](
            resolve(compose_options(*SMALL, *arguments), corpus), facts_of(corpus)
        )
        network = task.build_network()
        for parameter in network.parameters():
            parameter.data.zero_()
        network.output.bias.data[0] = 9.0
        found = task.final_lines(TrainedNetwork(network, corpus, seed=1))
        assert network.training  # as it was
        return found

    return final_lines


def test_examples_say_what_they_are_taken_for(lines):
    heading, found = lines(NAMES)
    assert heading == "validation examples, drawn at random:"
    assert len(found) == 12
    for line in found:
        verdict, probability, label, *taken, text = line.split()
        assert text.startswith(label)
        assert float(probability) == 1.0
        assert (verdict, taken) == (
            ("right", []) if label == "a" else ("wrong", ["taken", "for", "a"])
        )
    assert {line.split()[0] for line in found} == {"right", "wrong"}
    assert lines(NAMES) == (heading, found)


def test_of_a_stream_they_are_windows(lines):
    texts = [("abcdefgh " * 40, "x"), ("ijklmnop " * 40, "y")]
    _, found = lines(texts, "dataset.seq_len=50", layout="stream")
    assert all(line.endswith("…") and len(line.split()[-1]) > 1 for line in found)


def test_without_a_validation_split_there_are_none(lines):
    assert lines(NAMES, fractions=(0.5, 0.0, 0.5)) is None
