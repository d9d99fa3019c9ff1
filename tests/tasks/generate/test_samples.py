"""The samples that a generation run shows: how many, how long, and what is said of them."""

from collections.abc import Callable

import pytest
import torch

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.decoding.results import Sample
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.models import LanguageModel
from charlab.tasks.generate.samples import describe_samples, draw_samples
from charlab.tasks.generate.task import GenerateTask

NAMES = [(f"{a}{b * n}", label) for n in (1, 2, 6) for a, b, label in ("abx", "cdy", "eaz")]

Made = tuple[GenerateTask, TrainedNetwork[LanguageModel]]


@pytest.fixture
def trained(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> Callable[..., Made]:
    """``trained("debug=smoke")``: a task, and a network whose texts go on for long."""

    def make(*words: str, seed: int = 3) -> Made:
        corpus = make_corpus(NAMES, layout="sequences", fractions=(1.0, 0.0, 0.0))
        small = ("model.hidden_size=4", "model.embedding_size=3")
        task = GenerateTask(resolve(compose_options(*small, *words), corpus), facts_of(corpus))
        torch.manual_seed(0)
        network = task.build_network().eval()
        network.decoder.bias.data[0] = -torch.inf  # no end
        return task, TrainedNetwork(network, corpus, seed)

    return make


@pytest.mark.parametrize(
    ("words", "count", "length"),
    [
        ((), 5, 60),
        (("task.samples.count=0",), 0, 60),
        (("task.samples.count=2",), 2, 60),
        (("debug=smoke",), 3, 40),
        (("debug=smoke", "task.samples.count=1", "task.samples.length=9"), 1, 9),
        (("debug=overfit",), 5, 60),  # what has learnt a batch by heart is to show it
    ],
)
def test_as_many_as_are_wanted_and_few_where_nothing_is_learnt(
    trained: Callable[..., Made], words: tuple[str, ...], count: int, length: int
) -> None:
    samples = draw_samples(*trained("task.samples.length=60", *words), most=5)
    assert [len(sample.text) for sample in samples] == [length] * count
    assert all(sample.label in ("x", "y", "z") for sample in samples)


def test_the_same_weights_and_seed_give_the_same_samples(trained: Callable[..., Made]) -> None:
    words = ("task.samples.length=20", "task.samples.count=4")
    first, again, other = (
        [sample.labelled for sample in draw_samples(*trained(*words, seed=seed), most=9)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    # A lower number leaves the first ones as they are.
    assert [sample.labelled for sample in draw_samples(*trained(*words, seed=1), most=2)] == first[
        :2
    ]


def sample(text: str, label: str | None = None, prompt: str = "") -> Sample:
    size = len(text)
    return Sample(text, prompt, -1.0, size, size, finished=True, label=label)


def test_names_that_training_holds_are_marked_in_a_column(
    make_corpus: Callable[..., Corpus],
) -> None:
    corpus = make_corpus(NAMES, layout="sequences", fractions=(1.0, 0.0, 0.0))
    samples = [sample("ab", "x"), sample("новое", "y"), sample("abbbbbb"), sample("новое", "y")]
    assert describe_samples(corpus, samples) == [
        "  x: ab     (in the training data)",
        "  y: новое",
        "  abbbbbb   (in the training data)",
        "  y: новое",
        "  50.0% novel, 75.0% distinct of 4",
    ]


def test_texts_of_a_stream_are_numbered_with_their_longest_copy(
    make_corpus: Callable[..., Corpus],
) -> None:
    text = "the quick brown fox jumps over the lazy dog\n"
    corpus = make_corpus([(text, None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    samples = [sample("a quick\nbrown fox is"), sample("жжж")]
    where = "longest span copied from the training text:"
    assert describe_samples(corpus, samples) == [
        "--- 1 ---",
        "a quick\nbrown fox is",
        f"({where} 10 characters)",  # "brown fox "
        "--- 2 ---",
        "жжж",
        f"({where} 0 characters)",
    ]
