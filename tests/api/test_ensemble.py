"""Ensembles of runs, by the goldens of the current version."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import charlab
from charlab.api import TrainedModel
from charlab.errors import CharlabError, CheckpointError, ConfigError, DataError
from tests.support.in_process import in_process
from tests.support.shell import ROOT

RUNS = ROOT / "tests" / "goldens" / "runs"
NAMES = ROOT / "tests" / "goldens" / "data" / "names"
CLASSIFY, GENERATE = RUNS / "classify_names", RUNS / "generate_names"
DATA = f"dataset.path={NAMES}"


def load(run: Path, copy: str = "", *, split_seed: int = 0, **changes: Any) -> TrainedModel:
    """A golden run; under another name it is another one, whose weights differ."""
    model = charlab.load(run, data={"path": str(NAMES)})
    if not copy:
        return model
    dataset = model.options.dataset
    split = dataclasses.replace(dataset.split, seed=split_seed)
    dataset = dataclasses.replace(dataset, split=split)
    options = dataclasses.replace(model.options, dataset=dataset)
    weights = {name: 1.5 * weight for name, weight in model.checkpoint.network.items()}
    checkpoint = dataclasses.replace(model.checkpoint, options=options, network=weights, **changes)
    return TrainedModel(checkpoint, Path(copy), model.device)


def test_texts_are_scored_and_written_token_by_token() -> None:
    both = charlab.ensemble([GENERATE, load(GENERATE, "other")])
    text, label = "marsu", both.labels[0]
    steps = [member.score(text, label=label).per_symbol for member in both.members]
    mean = np.log(np.mean(np.exp(steps), axis=0))
    found = both.score(text, label=label)
    np.testing.assert_allclose(found.per_symbol, mean, rtol=1e-5)
    drawn = both.generate(label=label, length=90, count=4, seed=2)
    found = [*drawn, *both.generate(label=label, length=90, beam_width=2)]
    for sample in (each for each in found if len(each.text) < 90):  # those that ended
        scored = both.score(sample.text, label=label).log_probability
        assert scored == pytest.approx(sample.log_probability, rel=1e-4)


def test_labels_of_generating_runs_are_averaged_and_not_their_tokens() -> None:
    both = charlab.ensemble([load(GENERATE), load(GENERATE, "other")])
    told = [dict(member.classify(["anna"])[0]) for member in both.members]
    mean = {label: np.mean([each[label] for each in told]) for label in both.labels}
    assert dict(both.classify(["anna"])[0]) == pytest.approx(mean, rel=1e-5)
    alone = both.measure_members("test", as_classifier=True)
    assert [each.metrics for each in alone] == [
        member.evaluate(as_classifier=True) for member in both.members
    ]
    assert both.evaluate("val").keys() == both.members[0].evaluate("val").keys()
    assert both.members[1].corpus is both.members[0].corpus  # read once


def test_predictions_are_averaged() -> None:
    done = in_process("predict.py", f"run={CLASSIFY}", f"run={GENERATE}", "text=anna", "top=1")
    assert done.returncode == 0, done.stderr
    ((label, probability), *_) = charlab.ensemble([CLASSIFY, GENERATE]).classify(["anna"])[0]
    assert done.stdout == f"anna\t{label} {probability:.3f}\n"


def test_one_run_is_no_ensemble() -> None:
    once = in_process("evaluate.py", f"run={CLASSIFY}", DATA)
    twice = in_process("evaluate.py", f"run={CLASSIFY}", f"run={CLASSIFY}", DATA)
    assert once.stdout == twice.stdout
    with pytest.raises(ConfigError, match="two runs or more, got 1"):
        charlab.ensemble([CLASSIFY])
    with pytest.raises(ConfigError, match="takes a list of runs"):
        charlab.ensemble(str(CLASSIFY))
    with pytest.raises(ConfigError, match="takes a list of runs, got None"):
        charlab.ensemble(None)  # type: ignore[arg-type]


def test_what_a_member_was_trained_on_is_not_measured() -> None:
    both = charlab.ensemble([load(CLASSIFY), load(CLASSIFY, "other", split_seed=5)])
    with pytest.raises(DataError, match=r"other holds other texts .*split\.seed=0 and 5.* trained"):
        both.evaluate()
    assert both.classify(["anna"])
    tokens = load(CLASSIFY).vocabulary.tokens[:-1]
    with pytest.raises(CharlabError):  # an embedding has a row for each
        load(CLASSIFY, "other", symbols=tokens)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["evaluate.py", "run={g}", "run={text}", DATA], "have dataset.source=names and text"),
        (["evaluate.py", "run={c}", "run={text}", DATA], "task=classify and generate"),
        (["predict.py", "run={c}", "run={g}/no", "text=a"], "there is no run"),
        (["evaluate.py", "run={c}", "run={c}/../classify_names", DATA], "is there twice"),
        (["evaluate.py", "run={c}", "run={g}", "dynamic_lr=0.1"], "dynamic_lr= is for one run"),
        (["evaluate.py", "run={c}", "run={c}/checkpoints", DATA], "has no checkpoint"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], said: str) -> None:
    places = {"c": CLASSIFY, "g": GENERATE, "text": RUNS / "generate_text"}
    done = in_process(*(word.format(**places) for word in words))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert said in line


def test_a_verb_that_no_member_knows() -> None:
    with pytest.raises(CheckpointError, match="the average of 2 runs was trained with task=class"):
        charlab.ensemble([CLASSIFY, GENERATE]).generate()
