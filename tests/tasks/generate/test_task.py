"""Generation: a split's figures against one step at a time by hand, and what a run shows."""

import copy
import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.batches.batch import IGNORE, Batch, BatchForm, Shard
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import EOS
from charlab.evaluation.bits_per_character import OriginalText, split_text
from charlab.evaluation.evaluate import measure
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.models import LanguageModel, build_model
from charlab.tasks.generate.task import GenerateTask, GenerationMeter
from charlab.testing.model_contract import randomize
from tests.support.recorder import Recorder

SENTENCE = "the quick brown fox jumps over the lazy dog; "
NAMES = [(f"{a}{b * n}", label) for n in (1, 2, 6) for a, b, label in ("abx", "cdy", "eaz")] * 2

Stream = tuple[EncodedSplit, LanguageModel, float, float]


def language_model(size: int, *, conditions: int = 0, dropout: float = 0.0) -> LanguageModel:
    torch.manual_seed(1)
    model = LanguageModel(
        build_model(
            "lstm",
            vocabulary_size=size,
            hidden_size=5,
            num_layers=2,
            embedding_size=4,
            num_conditions=conditions,
            dropout=dropout,
        )
    )
    randomize(model)
    return model


def by_hand(
    model: LanguageModel, ids: list[int], targets: list[int], label: int | None = None
) -> tuple[float, int]:
    """Loss and right guesses of one text, character by character in double precision."""
    model = copy.deepcopy(model).double().eval()
    state, loss, right = model.init_state(1), 0.0, 0
    condition = None if label is None else torch.tensor([label])
    for read, wanted in zip(ids, targets, strict=True):
        with torch.no_grad():
            logits, state = model.step(torch.tensor([read]), state, condition=condition)
        loss -= logits[0].log_softmax(-1)[wanted].item()
        right += int(logits[0].argmax().item() == wanted)
    return loss, right


@pytest.fixture(scope="module")
def stream(make_corpus: Callable[..., Corpus]) -> Stream:
    corpus = make_corpus([(SENTENCE * 6, None)], layout="stream", fractions=(0.4, 0.6, 0.0))
    model = language_model(corpus.vocabulary.size)
    ids = corpus.splits["val"].ids[:].tolist()
    loss, right = by_hand(model, ids[:-1], ids[1:])
    return corpus.splits["val"], model, loss / (len(ids) - 1), right / (len(ids) - 1)


@settings(max_examples=25)
@given(budget=st.integers(1, 400), lanes=st.none() | st.integers(1, 9))
def test_a_stream_s_figures_are_exact_whatever_the_batches(
    stream: Stream, budget: int, lanes: int | None
) -> None:
    part, model, loss, accuracy = stream
    # All of this text is within the burn-in, so every lane reads it from the beginning.
    assert part.characters <= 256
    batches = evaluation_batches(
        part, layout="stream", form=BatchForm.NEXT, seq_len=3, lanes=lanes, budget=budget
    )
    metrics = measure(model, GenerationMeter(model), batches)
    assert metrics["loss"] == pytest.approx(loss, rel=1e-6)
    assert metrics["perplexity"] == pytest.approx(math.exp(loss), rel=1e-6)
    assert metrics["bits_per_char"] == pytest.approx(math.log2(math.e) * loss, rel=1e-6)
    assert metrics["accuracy"] == accuracy


@pytest.fixture(scope="module")
def names(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus(NAMES, layout="sequences", fractions=(1.0, 0.0, 0.0))


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("budget", [1, 7, 20, 10_000])
def test_documents_figures_are_exact_whatever_the_batches(
    names: Corpus, budget: int, conditional: bool
) -> None:
    part = names.splits["train"]
    assert part.labels is not None
    model = language_model(names.vocabulary.size, conditions=3 if conditional else 0)
    loss, right, characters = 0.0, 0, 0
    for i, (begin, end) in enumerate(zip(part.offsets[:-1], part.offsets[1:], strict=True)):
        ids = part.ids[begin:end].tolist()
        label = int(part.labels[i]) if conditional else None
        document = by_hand(model, [EOS, *ids], [*ids, EOS], label)
        loss, right = loss + document[0], right + document[1]
        characters += len(ids) + 1
    batches = evaluation_batches(
        part,
        layout="sequences",
        form=BatchForm.CONDITIONAL if conditional else BatchForm.NEXT,
        seq_len=1,
        budget=budget,
    )
    metrics = measure(model, GenerationMeter(model), batches)
    assert metrics["loss"] == pytest.approx(loss / characters, rel=1e-6)
    assert metrics["accuracy"] == right / characters


def window(ids: list[list[int]], targets: list[list[int]], fresh: list[bool] | None) -> Batch:
    characters = sum(target != IGNORE for row in targets for target in row)
    return Batch(
        torch.tensor(ids),
        torch.tensor(targets),
        lengths=None,
        fresh=None if fresh is None else torch.tensor(fresh),
        labels=None,
        characters=characters,
        predictions=characters,
    )


def test_the_state_is_carried_in_each_lane_until_it_starts_anew() -> None:
    model = language_model(7)
    meter = GenerationMeter(model)
    meter.update(window([[2, 3], [4, 5]], [[3, 4], [5, 6]], [True, True]))
    meter.update(window([[4], [6]], [[2], [3]], None))
    meter.update(window([[2], [0]], [[6], [2]], [False, True]))
    meter.update(window([[5]], [[5]], [True]))  # another number of lanes
    lanes = [
        ([2, 3, 4, 2], [3, 4, 2, 6]),
        ([4, 5, 6], [5, 6, 3]),
        ([0], [2]),
        ([5], [5]),
    ]
    total = sum(by_hand(model, *lane)[0] for lane in lanes)
    assert meter.compute()["loss"] == pytest.approx(total / 9, rel=1e-6)


def test_padding_is_not_counted() -> None:
    model = language_model(7)
    meter = GenerationMeter(model)
    meter.update(window([[0, 2, 3], [0, 4, 0]], [[2, 3, 0], [4, 0, IGNORE]], [True, True]))
    first, second = by_hand(model, [0, 2, 3], [2, 3, 0]), by_hand(model, [0, 4], [4, 0])
    metrics = meter.compute()
    assert metrics["loss"] == pytest.approx((first[0] + second[0]) / 5, rel=1e-6)
    assert metrics["accuracy"] == (first[1] + second[1]) / 5


def test_figures_depend_neither_on_autocast_nor_on_dropout(names: Corpus) -> None:
    model = language_model(names.vocabulary.size, dropout=0.5)
    batches = evaluation_batches(
        names.splits["train"], layout="sequences", form=BatchForm.NEXT, seq_len=1
    )
    model.train()
    plain = measure(model, GenerationMeter(model), batches)
    assert model.training
    with torch.autocast("cpu", torch.bfloat16):
        mixed = measure(model, GenerationMeter(model), batches)
    assert mixed == plain
    model.eval()
    assert measure(model, GenerationMeter(model), batches) == plain
    assert not model.training


def test_meters_of_shares_add_up(names: Corpus) -> None:
    model = language_model(names.vocabulary.size)

    def batches(shard: Shard) -> list[Batch]:
        form, part = BatchForm.NEXT, names.splits["train"]
        found = evaluation_batches(
            part, layout="sequences", form=form, seq_len=1, budget=20, shard=shard
        )
        return list(found)

    whole = measure(model, GenerationMeter(model), batches(Shard()))
    shares = [GenerationMeter(model) for _ in range(3)]
    for index, meter in enumerate(shares):
        own = batches(Shard(index, 3))
        assert 0 < len(own) < len(batches(Shard()))
        measure(model, meter, own)
    together = GenerationMeter(model)
    together.sums = torch.stack([meter.sums for meter in shares]).sum(0)
    assert together.compute() == pytest.approx(whole, rel=1e-12)
    assert shares[0].compute() != whole


def test_original_characters_of_a_stream_and_of_names(stream: Stream, names: Corpus) -> None:
    part, model, loss, _ = stream
    text = OriginalText("char", part.characters, 0)
    batches = evaluation_batches(part, layout="stream", form=BatchForm.NEXT, seq_len=3)
    metrics = measure(model, GenerationMeter(model), batches, text)
    # The first character is not predicted, and that is all the difference.
    N = part.characters
    assert metrics["bits_per_original_char"] == pytest.approx(
        metrics["bits_per_char"] * (N - 1) / N
    )
    assert metrics["bits_per_original_char"] == pytest.approx(loss * (N - 1) / N / math.log(2))
    # Of names the end marks cost bits and are no characters.
    part = names.splits["train"]
    model = language_model(names.vocabulary.size)
    batches = evaluation_batches(part, layout="sequences", form=BatchForm.NEXT, seq_len=1)
    metrics = measure(model, GenerationMeter(model, "byte"), batches, split_text(names, "train"))
    predictions = part.characters + part.documents
    bits = metrics["bits_per_byte"] * predictions
    assert metrics["bits_per_original_char"] == pytest.approx(bits / part.characters)
    assert "bits_per_char" not in metrics


# What a run shows


@pytest.fixture
def trained(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> Callable[..., tuple[GenerateTask, TrainedNetwork[LanguageModel]]]:
    """``trained("stream", "task.samples.count=2")``: a task, and a network that learnt nothing."""

    def make(layout: str, *words: str) -> tuple[GenerateTask, TrainedNetwork[LanguageModel]]:
        texts = NAMES if layout == "sequences" else [(SENTENCE * 6, None)]
        corpus = make_corpus(texts, layout=layout)
        small = ("model.hidden_size=4", "dataset.seq_len=8", "task.samples.length=7")
        options = resolve(compose_options(*small, f"dataset.layout={layout}", *words), corpus)
        task = GenerateTask(options, facts_of(corpus))
        torch.manual_seed(0)
        return task, TrainedNetwork(task.build_network().eval(), corpus, 3)

    return make


@pytest.mark.parametrize(("layout", "most"), [("sequences", 8), ("stream", 1)])
def test_a_validation_shows_a_few_samples(
    trained: Callable[..., tuple[GenerateTask, TrainedNetwork[LanguageModel]]],
    layout: str,
    most: int,
) -> None:
    for count, shown in ((0, 0), (1, 1), (9, most)):
        task, network = trained(layout, f"task.samples.count={count}")
        writer = Recorder()
        task.log_validation(network, task.new_meter(network.network), writer, step=17)
        assert [(tag, step) for tag, _, step in writer.texts] == [("samples", 17)] * bool(shown)
        if layout == "sequences" and shown:
            lines = writer.texts[0][1].split("\n")
            assert len(lines) == shown
            assert all(line.split(": ")[0] in "xyz" for line in lines)


@pytest.mark.parametrize(("layout", "most"), [("sequences", 9), ("stream", 3)])
def test_a_run_ends_with_samples_unless_none_are_wanted(
    trained: Callable[..., tuple[GenerateTask, TrainedNetwork[LanguageModel]]],
    layout: str,
    most: int,
) -> None:
    task, network = trained(layout, "task.samples.count=9", "task.samples.temperature=0.5")
    shown = task.final_lines(network)
    assert shown is not None
    heading, lines = shown
    assert heading == "samples (temperature 0.5):"
    if layout == "sequences":
        assert len(lines) == most + 1  # a summary
    else:
        assert [line for line in lines if line.startswith("---")] == [
            f"--- {number} ---" for number in range(1, most + 1)
        ]
    assert task.final_lines(network) == shown
    task, network = trained(layout, "task.samples.count=0")
    assert task.final_lines(network) is None


def test_documents_carry_no_state_and_windows_of_a_stream_do(
    trained: Callable[..., tuple[GenerateTask, TrainedNetwork[LanguageModel]]],
) -> None:
    cpu = torch.device("cpu")
    for layout in ("sequences", "stream"):
        task, network = trained(layout, "dataset.batch_size=3")
        train = network.corpus.splits["train"]
        batches = task.training_batches(train, processes=1, device=cpu, shard=Shard())
        batch = next(batches.epoch(0))
        output = task.training_loss(network.network, batch, None, measure=False)
        assert output.correct is None
        if layout == "sequences":
            assert output.state is None
            continue
        _, expected = network.network(batch.ids)
        assert output.state is not None
        for part, own in zip(output.state, expected, strict=True):
            torch.testing.assert_close(part, own)
