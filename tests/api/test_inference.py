"""What is asked of trained networks: prompts, texts and labels in any spelling, and the answers."""

import math
import unicodedata
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from charlab.api import TrainedModel
from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import (
    CharlabError,
    CheckpointError,
    ConfigError,
    DataError,
    UnknownCharacterError,
)
from charlab.evaluation.novelty import SequenceNovelty
from charlab.evaluation.reference_texts import document_texts
from tests.support.golden_runs import CLASSIFY, GENERATE, TEXT, changed, load
from tests.support.in_process import in_process


@pytest.fixture(scope="module")
def classifier() -> TrainedModel:
    return load(CLASSIFY)


@pytest.fixture(scope="module")
def namer() -> TrainedModel:
    """Of names by their language, one of them with an accent."""
    return changed(GENERATE, labels=("Èlfico", "Southern"))


@pytest.fixture(scope="module")
def writer() -> TrainedModel:
    """Of a text in lower case, accents composed, no tab."""
    return changed(TEXT, dataset={"normalize": "nfc+lower"})


def test_a_blank_prompt_is_one(writer: TrainedModel, namer: TrainedModel, tmp_path: Path) -> None:
    writer.save(tmp_path / "x.safetensors")
    (plain,) = writer.generate(temperature=0, length=9)
    for prompt in ("    ", "\n\n"):
        (sample,) = writer.generate(prompt, temperature=0, length=9)
        assert sample.text.startswith(prompt)
        assert sample.log_probability != plain.log_probability
        words = [f"run={tmp_path}/x.safetensors", f"prompt={prompt}", "length=2"]
        assert in_process("sample.py", *words).stdout.startswith(prompt)
    for blank in ("\t", "  \u3000"):
        for ask in (writer.generate, writer.score, namer.generate):
            with pytest.raises(UnknownCharacterError, match="lacks"):
                ask(blank)
    assert writer.score("    ").predictions == 3
    name, empty = (namer.score(text, label="Southern") for text in ("a", ""))
    assert (name.predictions, empty.predictions) == (2, 1)


@pytest.mark.parametrize("given", [{"stop": "R"}, {"banned": "M"}, {"banned": "A\u030a"}])
def test_texts_around_generation_take_the_models_spelling(
    writer: TrainedModel, given: dict[str, Any]
) -> None:
    plain: dict[str, Any] = {
        key: unicodedata.normalize("NFC", text).lower() for key, text in given.items()
    }
    ask: dict[str, Any] = {"count": 30, "length": 40, "seed": 3}
    samples = writer.generate("Åski", **ask, **given)
    assert samples == writer.generate("åski", **ask, **plain)
    assert samples == writer.generate("A\u030aSKI", **ask, settings=GenerationConfig(**given))
    assert samples != writer.generate("åski", **ask)


def test_a_banned_letter_with_an_accent_leaves_the_letter_alone(writer: TrainedModel) -> None:
    drawn = writer.generate("", banned="a\u030a", count=30, seed=3)
    assert any("a" in sample.continuation for sample in drawn)
    assert not any("å" in sample.continuation for sample in drawn)


def test_an_unknown_setting_is_named_with_the_nearest(writer: TrainedModel) -> None:
    with pytest.raises(ConfigError, match=r"unknown setting 'temprature': did you mean 'temper"):
        writer.generate("ski", temprature=1)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_label_in_any_form(namer: TrainedModel, form: Literal["NFC", "NFD"]) -> None:
    label = unicodedata.normalize(form, "Èlfico")
    samples = {s.label for s in namer.generate(label=label, count=3, length=3)}
    assert samples == {"Èlfico"}
    spaced, plain = namer.score("lima ", label=f" {label}"), namer.score("lima", label=label)
    assert spaced.log_probability == plain.log_probability


def test_asking_strips_as_training_did(classifier: TrainedModel) -> None:
    plain, spaced = classifier.classify(["heim", " heim\u00a0\n"])
    assert plain == spaced
    with pytest.raises(DataError, match="is empty to this model"):
        classifier.classify(["   "])


def test_what_was_never_seen_of_a_text_stands_in_its_ranking(classifier: TrainedModel) -> None:
    known, ranking = classifier.classify(["heim", "heim北京"])
    assert not known.unseen
    assert ranking.unseen.share == pytest.approx(2 / 6)
    assert list(ranking.unseen.counts) == ["北", "京"]


def test_a_string_for_a_list_of_texts(classifier: TrainedModel, writer: TrainedModel) -> None:
    with pytest.raises(ConfigError, match=r"classify\(\['alem'\]\)"):
        classifier.classify("alem")
    with pytest.raises(ConfigError, match="a list of texts"):
        SequenceNovelty("alem")
    wrong: Any
    for wrong in (["ski"], None, 5, b"ski"):
        for ask in (writer.generate, writer.score):
            with pytest.raises(CharlabError, match="a text is asked for"):
                ask(wrong)
        with pytest.raises(CharlabError, match="a text is asked for"):
            classifier.classify([wrong])
    for wrong in (None, 5):
        for ask_several in (classifier.classify, classifier.predict):
            with pytest.raises(ConfigError, match=f"takes a list of texts, got {wrong}$"):
                ask_several(wrong)
    assert classifier.classify([]) == classifier.predict([]) == []


def test_values_of_a_wrong_kind_are_one_line(namer: TrainedModel) -> None:
    values: dict[str, Any]
    for values in ({"count": "3"}, {"count": -1}, {"label": 5}, {"unknown": "ignore"}, {"stop": 1}):
        with pytest.raises(ConfigError) as caught:
            namer.generate("la", **values)
        assert len(caught.value.lines) == 1
    with pytest.raises(ConfigError, match="unknown= must be error or mark"):
        namer.score("la", label="Southern", unknown="ignore")
    with pytest.raises(ConfigError, match=r"^settings= takes a GenerationConfig, got \{'length'"):
        namer.generate("la", settings={"length": 3})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "verb"),
    [
        (CLASSIFY, "generate"),
        (CLASSIFY, "tag"),
        (GENERATE, "transduce"),
        (TEXT, "classify"),
    ],
)
def test_what_a_network_was_not_trained_for_is_refused_in_one_line(run: Path, verb: str) -> None:
    model = load(run)
    asked = {"generate": "", "classify": ["a"], "tag": ["a"], "transduce": ["a"]}[verb]
    with pytest.raises(CheckpointError, match=rf"with task={model.task} and cannot {verb}") as no:
        getattr(model, verb)(asked)
    assert len(no.value.lines) == 1
    assert f"or a run with task={verb}" in str(no.value)


def test_a_generator_tells_labels_by_bayes_rule() -> None:
    model = load(GENERATE)
    labels = model.corpus.splits["train"].labels
    assert labels is not None
    texts = ["Heimulf", "Roma", "ñ"]
    for text, ranking in zip(texts, model.classify(texts), strict=True):
        joint = {
            label: model.score(text, label=label).log_probability
            + math.log(np.count_nonzero(labels == number))
            for number, label in enumerate(model.labels)
        }
        total = np.logaddexp.reduce(list(joint.values()))
        expected = {label: math.exp(value - total) for label, value in joint.items()}
        assert dict(ranking) == pytest.approx(expected, rel=1e-4)
        assert ranking == sorted(ranking, key=lambda pair: -pair[1])


def test_steps_make_up_the_score_of_a_text(writer: TrainedModel) -> None:
    text = "ñoskivar å"
    stepper = writer.stepper()
    steps = [stepper.step(character) for character in text]
    own = [writer.step(character.upper()) for character in text]  # which it normalizes
    assert own == steps
    for step in steps:
        assert sum(step.values()) == pytest.approx(1, abs=1e-5)
        assert list(step.values()) == sorted(step.values(), reverse=True)
    found = [math.log(step[c]) for step, c in zip(steps, text[1:], strict=False)]
    assert writer.score(text).per_symbol == pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize("run", [GENERATE, CLASSIFY])
def test_a_split_s_loss_is_that_of_its_texts(run: Path) -> None:
    model = load(run)
    found = model.evaluate("val")
    split = model.corpus.splits["val"]
    assert split.labels is not None
    pairs = [
        (text, model.labels[label])
        for text, label in zip(
            document_texts(split, model.vocabulary), split.labels.tolist(), strict=True
        )
    ]
    if run == CLASSIFY:
        told = model.classify([text for text, _ in pairs])
        nats = [math.log(dict(r)[label]) for r, (_, label) in zip(told, pairs, strict=True)]
        right = np.mean([r[0][0] == label for r, (_, label) in zip(told, pairs, strict=True)])
        assert found["val/accuracy"] == pytest.approx(right)
        assert found["val/loss"] == pytest.approx(-np.mean(nats), rel=1e-4)
    else:
        scores = [model.score(text, label=label) for text, label in pairs]
        total = sum(each.log_probability for each in scores)
        expected = -total / sum(each.predictions for each in scores)
        assert found["val/loss"] == pytest.approx(expected, rel=1e-4)
    assert found["val/documents"] == len(pairs)
    assert model.measure("val", positions=7).metrics == pytest.approx(found, rel=1e-5)


def test_without_labels_there_is_no_classifier_to_measure(writer: TrainedModel) -> None:
    with pytest.raises(ConfigError, match=r"^as=classify is for a run that generates by label"):
        writer.evaluate(as_classifier=True)


def test_a_text_comes_piece_by_piece(writer: TrainedModel) -> None:
    pieces: list[str] = []
    (sample,) = writer.generate("Åski", length=30, seed=1, on_text=pieces.append)
    assert len(pieces) > 1
    assert "".join(pieces) == sample.continuation
