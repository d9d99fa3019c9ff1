"""What ``sample.py`` draws by one variant, and what is said of it: by tiny networks."""

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

import charlab
from charlab.api import TrainedModel
from charlab.commands.drawing import Drawing
from charlab.config.cli_options import SampleArguments
from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import ConfigError
from charlab.evaluation.reference_texts import document_texts
from tests.support.golden_runs import DATA, GENERATE, TEXT, changed, load


def drawing(run: Path, *, model: TrainedModel | None = None, **words: Any) -> Drawing:
    arguments = dataclasses.replace(SampleArguments(run=str(run), length=20), **words)
    settings = GenerationConfig.read(arguments, seed=4)
    return Drawing(arguments, settings, model or load(run), {})


def training_texts(model: TrainedModel) -> list[str]:
    return list(document_texts(model.corpus.splits["train"], model.vocabulary))


def test_samples_are_those_of_the_python_api() -> None:
    asked = drawing(GENERATE, count=3, prompt="Li", temperature=0.5, label="Southern")
    expected = load(GENERATE).generate(
        "Li", count=3, temperature=0.5, label="Southern", length=20, seed=4
    )
    assert asked.draw() == expected
    assert not asked.shows_label
    assert drawing(GENERATE).shows_label
    assert not drawing(TEXT).shows_label


def test_the_title_is_what_tells_a_variant_from_the_others() -> None:
    asked = drawing(TEXT)
    assert asked.title == ""
    asked.chosen = {"temperature": "0.5", "label": "Èlfico, é"}
    assert asked.title == "temperature=0.5, label=Èlfico, é"


def test_the_facts_count_novel_and_distinct_documents() -> None:
    asked = drawing(GENERATE, count=4, label="Southern")
    samples, known = asked.draw(), training_texts(asked.model)
    texts = [known[0], "nowhere to be found", known[0], known[5]]
    samples = [dataclasses.replace(s, text=t) for s, t in zip(samples, texts, strict=True)]
    rate, *facts = asked.facts(samples, asked.novelty(samples))
    assert facts == ["1 of 4 novel", "3 distinct"]
    nats = sum(-sample.log_probability for sample in samples)
    assert rate == f"{nats / sum(s.predictions for s in samples):.2f} nats/char"
    assert asked.facts(samples, None) == [rate]


def test_only_novel_documents_are_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    known = training_texts(load(GENERATE))
    words: dict[str, Any] = {"count": 30, "prompt": known[-1], "length": 4}  # some end at once
    assert any(sample.text in known for sample in drawing(GENERATE, **words).draw())
    samples = drawing(GENERATE, novel_only=True, **words).draw()
    assert len(samples) == 30
    assert not [sample for sample in samples if sample.text in known]
    drawn, said = capsys.readouterr().err.split(" ", 1)
    assert int(drawn) > 30
    assert said == "drawn for 30 novel ones\n"


def test_novel_only_is_not_for_long_text() -> None:
    with pytest.raises(ConfigError, match=r"^novel_only=true is for short documents such as") as no:
        drawing(TEXT, novel_only=True).draw()
    assert len(no.value.lines) == 1


@pytest.mark.parametrize("unit", ["char", "word"])
def test_how_probable_a_sample_is_in_words(unit: str) -> None:
    asked = drawing(TEXT, model=changed(TEXT, dataset={"unit": unit}))
    (sample,) = drawing(TEXT).draw()
    sample = dataclasses.replace(sample, log_probability=-7.0, predictions=4)
    what = {"char": "character", "word": "word"}[unit]
    said = f"log-probability -7.00 nats, 1.750 a {what} in the mean"
    assert asked.probability(sample) == said
    empty = dataclasses.replace(sample, log_probability=-0.0, predictions=0)
    assert "0.000 a" in asked.probability(empty)


def test_what_a_stranger_s_checkpoint_names_is_not_read_unasked() -> None:
    checkpoint = GENERATE / "checkpoints" / "best.ckpt"
    model = load(GENERATE)
    (sample,) = drawing(GENERATE).draw()

    def measured(run: Path, **words: Any) -> bool:
        return drawing(run, model=model, **words).novelty([sample]) is not None

    assert measured(GENERATE)
    assert not measured(checkpoint)
    assert measured(checkpoint, novelty=True)
    assert measured(checkpoint, path=str(DATA[GENERATE]))  # given by the user
    assert not measured(GENERATE, novelty=False)


def test_data_that_are_gone_are_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    model = charlab.load(GENERATE)
    first, second = (drawing(GENERATE, model=model, seed=seed) for seed in (1, 2))
    for asked in (first, second):
        assert asked.novelty(asked.draw()) is None
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("novelty is not measured: ")


def test_copied_spans_leave_the_prompt_out() -> None:
    prompt = DATA[TEXT].read_text(encoding="utf-8")[:200]
    asked = drawing(TEXT, prompt=prompt, length=3)
    novelty = asked.novelty(asked.draw())
    assert novelty is not None
    ((said,), summary) = novelty
    before, _, span = said.rpartition(": ")
    assert before == "longest span copied from the training text"
    assert int(span.split()[0]) <= 3
    assert summary == ""


def test_a_record_has_all_that_drew_its_sample() -> None:
    asked = drawing(GENERATE, count=2, top_k=3, temperature=0.7, label="Northern", novelty=True)
    records = list(asked.records())
    assert [record["number"] for record in records] == [1, 2]
    known = training_texts(asked.model)
    for record in records:
        assert record["run"] == str(asked.model.path)
        again = asked.model.generate(
            record["prompt"],
            count=2,
            length=20,
            **{key: record[key] for key in ("temperature", "top_k", "top_p", "beam_width", "seed")},
            label=record["label"],
        )[record["number"] - 1]
        assert record["text"] == again.text
        assert math.isclose(record["log_probability"], again.log_probability)
        assert (record["novelty"] == "") == (record["text"] not in known)
