"""What a validation shows of transduction, of networks whose answer is known."""

from collections.abc import Callable

import pytest
import torch

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.data.tokens.vocabulary import EOS
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.shown import show_targets
from charlab.tasks.transduce.task import TransduceTask
from tests.support.corpora import short_documents
from tests.support.recorder import Recorder

TRAIN = [("abé", "xя"), ("b", "я")]


def data(*val: tuple[str, str]) -> Corpus:
    docs = [Document(text, target=target) for text, target in TRAIN]
    docs += [Document(text, target=target, split="val") for text, target in val]
    return short_documents(docs, fields=("target",))


@pytest.fixture
def show(compose_options: Callable[..., RunOptions]) -> Callable[..., Recorder]:
    """``show(corpus)``: what is written of a network that writes x without end."""

    def made(corpus: Corpus, attention: str = "general", most: int = 2) -> Recorder:
        words = ("task=transduce", "model.hidden_size=3", "task.max_length=9")
        options = compose_options(*words, f"task.attention={attention}")
        network: EncoderDecoder = TransduceTask(options, facts_of(corpus)).build_network().eval()
        target = corpus.target_vocabulary
        assert target is not None
        with torch.no_grad():
            network.output.bias[:] = -50.0
            network.output.bias[target.encode("x")[0]] = 50.0
            network.output.bias[EOS] = -torch.inf
        writer = Recorder()
        trained = TrainedNetwork(network, corpus, 0)
        show_targets(trained, (corpus.vocabulary, target), most, writer, 7)
        return writer

    return made


def test_a_text_is_right_with_any_of_its_targets(show: Callable[..., Recorder]) -> None:
    corpus = data(("ab", "xя"), ("ab", "xx"), ("é", "я"), ("éж", "xx"))
    ((tag, text, step),) = show(corpus).texts
    assert (tag, step) == ("samples", 7)
    assert text.split("\n") == [
        "ab → xx (right)",
        "ab → xx (right)",
        "é → xx (it is я)",
        "é\ufffd → xx (right)",
    ]


@pytest.mark.parametrize(("count", "shown"), [(1, [0]), (3, [0, 1, 2]), (10, [0, 2, 5, 7])])
def test_four_texts_from_all_over_the_part_are_shown(
    show: Callable[..., Recorder], count: int, shown: list[int]
) -> None:
    corpus = data(*(("a" * (n + 1), "я") for n in range(count)))
    ((_, text, _),) = show(corpus, most=1).texts
    assert text.split("\n") == [f"{'a' * (n + 1)} → x (it is я)" for n in shown]


@pytest.mark.parametrize(("attention", "images"), [("general", 1), ("none", 0)])
def test_attention_is_an_image_where_there_is_some(
    show: Callable[..., Recorder], attention: str, images: int
) -> None:
    writer = show(data(("ab", "x")), attention)
    assert [(tag, step) for tag, _, step in writer.images] == [("val/attention", 7)] * images
    assert all(pixels.ndim == 3 and pixels.shape[2] == 3 for _, pixels, _ in writer.images)
    assert len(writer.texts) == 1


def test_without_a_validation_part_nothing_is_shown(show: Callable[..., Recorder]) -> None:
    writer = show(data())
    assert not writer.texts
    assert not writer.images
