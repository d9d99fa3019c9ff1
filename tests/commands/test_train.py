"""``train.py`` and ``charlab.train``: every dataset with every task, model and unit that fit it."""

import dataclasses
import html
import itertools
import json
import logging
import math
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import charlab
from charlab.commands.train import compose, train
from charlab.config import RunOptions
from charlab.errors import ConfigError, DataError, RunError
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("charlab")
    handlers, propagate = logger.handlers[:], logger.propagate
    yield
    logger.handlers[:], logger.propagate = handlers, propagate


MODELS = ("vanilla", "lstm", "gru")
WORDS = ["ab", "ba", "abba", "baab", "bab", "aab", "bba", "aaab"]
FITTING = {
    "generate": ["names", "text", "python_tokens", "accents", "dates", "pairs", "table"],
    "classify": ["names", "accents", "dates", "table"],
    "tag": ["python_tokens", "accents", "conllu", "copying", "table"],
    "transduce": ["dates", "pairs", "table"],
}
SHORT = ["trainer.max_steps=6", "trainer.validate_every=3"]
UNFIT = {
    "classify": ["python_tokens", "pairs", "copying"],
    "tag": ["names", "text", "dates", "pairs"],
    "transduce": ["names", "text", "python_tokens", "accents"],
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(task, dataset) for task, datasets in table.items() for dataset in datasets]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Small files, with the settings that name them, by dataset."""
    folder: Path = tmp_path_factory.mktemp("files")
    both = list(itertools.product(WORDS, WORDS))
    rows = [f"{a} {b}\t{a[0]} {b[0]}\t{a[0]}\t{b}" for a, b in both]
    (folder / "all.tsv").write_text("\n".join(["text\ttags\tlabel\ttarget", *rows, ""]))
    (folder / "pairs.tsv").write_text("".join(f"{a}{b}\t{b}\n" for a, b in both))
    for part in ("train", "dev", "test"):
        sentences = [
            "".join(
                "\t".join([str(i), w, "_", w[0], *"______"]) + "\n" for i, w in enumerate(words, 1)
            )
            for words in both
        ]
        (folder / f"x-{part}.conllu").write_text("\n".join(sentences) + "\n")
    columns = ("text", "tag", "label", "target")
    named = [f"dataset.{c}_column={'tags' if c == 'tag' else c}" for c in columns]
    return {
        "table": [f"dataset.path={folder / 'all.tsv'}", *named],
        "pairs": [f"dataset.path={folder / 'pairs.tsv'}"],
        "conllu": [f"dataset.path={folder}"],
    }


def settings(files: dict[str, list[str]], task: str, dataset: str) -> list[str]:
    needed = {"generate": "text", "classify": "label", "tag": "tag", "transduce": "target"}[task]
    given = files.get(dataset, [])
    return [w for w in given if "_column" not in w or "text_" in w or f".{needed}_" in w]


@pytest.mark.slow
@pytest.mark.parametrize(("task", "dataset"), pairs(FITTING))
def test_what_fits_trains(
    files: dict[str, list[str]], tmp_path: Path, task: str, dataset: str
) -> None:
    """Cells take turns, each with each task: they know of no data (the twelve runs have all)."""
    model = MODELS[FITTING[task].index(dataset) % len(MODELS)]
    words = [f"task={task}", f"dataset={dataset}", f"model={model}", "debug=smoke", *SHORT]
    if task != "classify":  # which is to meet each label
        words.append("dataset.limit=5000")
    done = in_process("train.py", *words, *settings(files, task, dataset), f"output_dir={tmp_path}")
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("task", "dataset"), pairs(UNFIT))
def test_what_does_not_fit_is_refused_in_one_line(
    files: dict[str, list[str]], tmp_path: Path, task: str, dataset: str
) -> None:
    words = [f"task={task}", f"dataset={dataset}", "debug=smoke"]
    done = in_process("train.py", *words, *settings(files, task, dataset), f"output_dir={tmp_path}")
    assert done.returncode == 1
    assert re.fullmatch("error: .*\n", done.stderr), done.stderr


TEXTS = {
    "one": "the königin saw the sun; the sun saw the königin! 日本\n" * 30,
    "two": "a dog, a cat, and a dog: 日本 and ☃ too.\n" * 40,
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two texts with rare words and characters of one, two and three bytes."""
    folder = tmp_path_factory.mktemp("units")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text + "zebra ☕ yak\n" * 3, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["byte", "word"])
def run(request: pytest.FixtureRequest, texts: Path) -> tuple[str, Path]:
    """A run of each unit and its folder."""
    outputs = texts / request.param
    done = in_process(
        "train.py",
        "dataset=text",
        f"dataset.path={texts / '*.txt'}",
        f"dataset.unit={request.param}",
        "dataset.layout=stream",
        "model=gru",
        "task.samples.length=20",
        f"output_dir={outputs}",
        *TINY,
    )
    assert done.returncode == 0, done.stderr
    return request.param, only_run(outputs)


def test_figures_are_named_by_the_unit_and_compare_by_characters(run: tuple[str, Path]) -> None:
    unit, folder = run
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    for split in ("val", "test"):
        loss = metrics[f"{split}/loss"]
        assert metrics[f"{split}/bits_per_{unit}"] == pytest.approx(loss / math.log(2))
        assert f"{split}/bits_per_char" not in metrics
        assert metrics[f"{split}/bits_per_original_char"] > 0
    assert f"best/val/bits_per_{unit}" in metrics
    assert "best/val/bits_per_original_char" in metrics
    assert metrics["test/trigram_bits_per_original_char"] > 0
    report = charlab.load(folder).corpus.report
    nats = metrics["test/loss"] * charlab.load(folder).corpus.splits["test"].predictions
    ends = (unit == "word") * report.predicted_unknown["test"]
    spelled = report.predicted_unknown_characters["test"] + ends
    assert (spelled > 0) == (unit == "word")
    bits = nats / math.log(2) + math.log2(0x110000) * spelled
    expected = bits / report.predicted_characters["test"]
    assert metrics["test/bits_per_original_char"] == pytest.approx(expected, rel=1e-6)
    done = in_process("evaluate.py", f"run={folder}", f"output={folder / 'figures.json'}")
    assert done.returncode == 0, done.stderr
    again = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    assert again["test/bits_per_original_char"] == pytest.approx(expected, rel=1e-6)


def test_samples_are_whole_text(run: tuple[str, Path]) -> None:
    unit, folder = run
    for arguments in (["count=3"], ["beam_width=2"], ["stop=dog", "banned=é☃"], ["temperature=0"]):
        done = in_process("sample.py", f"run={folder}", "prompt=the 日本", "length=25", *arguments)
        assert done.returncode == 0, done.stderr
        assert "the 日本" in done.stdout
        assert "\ufffd" not in done.stdout
        assert "☃" not in done.stdout or "banned=é☃" not in arguments
    assert f"a {unit} in the mean" in done.stderr


def test_python_scores_in_both_units(run: tuple[str, Path]) -> None:
    unit, folder = run
    model = charlab.load(folder)
    assert model.vocabulary.unit == unit
    text = "the sun and the zebra"  # the zebra is too rare for a word
    found = model.score(text, unknown="mark")
    tokens = {"byte": 21, "word": 5}[unit]
    assert found.predictions == tokens - 1
    spelled = {"byte": 0, "word": len(" zebra") + 1}[unit]
    bits = -found.log_probability / math.log(2) + math.log2(0x110000) * spelled
    first = {"byte": 1, "word": len("the")}[unit]  # is given
    assert found.bits_per_original_char == pytest.approx(bits / (len(text) - first))


def test_a_run_of_any_unit_goes_on(run: tuple[str, Path]) -> None:
    _, folder = run
    done = in_process("train.py", f"resume={folder}", "trainer.max_epochs=3")
    assert done.returncode == 0, done.stderr
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["progress/epochs"] == 3


@pytest.mark.slow
def test_texts_are_classified_by_words(texts: Path, tmp_path: Path) -> None:
    done = in_process(
        "train.py",
        "dataset=text",
        f"dataset.path={texts / '*.txt'}",
        "dataset.unit=word",
        "task=classify",
        f"output_dir={tmp_path}",
        *TINY,
        "trainer.max_epochs=4",
    )
    assert done.returncode == 0, done.stderr
    model = charlab.load(only_run(tmp_path))
    first, second = model.classify(["the sun saw the königin", "a dog, a cat, and a dog: 日本"])
    assert (first[0][0], second[0][0]) == ("one", "two")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["dataset.unit=byte", "task.monitor=val/bits_per_char"],
            "task.monitor=val/bits_per_char is measured with dataset.unit=char, not byte: "
            "take val/bits_per_original_char",
        ),
        (["dataset.unit=byte", "dataset.min_count=2"], "dataset.min_count=2: bytes are never"),
        (["dataset.unit=bytes"], "dataset.unit"),
        (["dataset.unit=word", "dataset.min_count=0"], "dataset.min_count"),
    ],
)
def test_what_does_not_go_with_a_unit(texts: Path, arguments: list[str], message: str) -> None:
    done = in_process("train.py", "dataset=text", f"dataset.path={texts / '*.txt'}", *arguments)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_are_composed_as_on_a_command_line(
    compose_options: Callable[..., RunOptions],
) -> None:
    words = ["model=gru", "optimizer.lr=0.01", "dataset.path=it's, ${seed} = 1"]
    expected = compose_options(*words)
    trainer = dataclasses.replace(expected.trainer, figures="auto")
    composed = compose(words)
    assert composed == dataclasses.replace(expected, trainer=trainer)
    assert composed.dataset.path == "it's, ${seed} = 1"
    assert compose("model=gru").model.name == "gru"
    assert compose().model.name == "lstm"


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        ("model=lstmm", ["model=lstmm: no such choice; did you mean 'lstm'?"]),
        (["seed=1,2"], ["Ambiguous value for argument 'seed=1,2': several values make a grid"]),
        (["sweep=optuna"], ["sweep=… makes many runs: add -m"]),
        (["resume=latest"], ["unknown setting 'resume'"]),
        (["+hydra.job.chdir=true"], ["+hydra.job.chdir=true: Hydra's own settings are train.py's"]),
        (
            ["model.dropout=2", "optimizer.lr=-1"],
            ["model.dropout must be at least 0 and below 1", "optimizer.lr must be above 0"],
        ),
    ],
)
def test_each_fault_of_the_settings_is_a_line(words: list[str] | str, messages: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        compose(words)
    assert len(caught.value.lines) == len(messages)
    for line, message in zip(caught.value.lines, messages, strict=True):
        assert line.startswith(message)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (3, r"^settings are a list of texts, \['model=gru', …\], got 3$"),
        (None, "^settings are a list of texts"),
        (["seed=1", 3], "^a setting is a text, as 'model=gru', got 3$"),
    ],
)
def test_what_is_no_list_of_settings_is_one_line(words: Any, message: str) -> None:
    for ask in (compose, train):
        with pytest.raises(ConfigError, match=message):
            ask(words)


def test_what_cannot_be_trained_leaves_no_folder(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    place = f"output_dir={outputs}"
    with pytest.raises(DataError, match="/no/such/place"):
        train([place, "dataset.path=/no/such/place"])
    with pytest.raises(RunError, match=r"^resume: there is no run /no/such/run"):
        train([place, "resume=/no/such/run"])
    assert not outputs.exists()
    outputs.touch()
    with pytest.raises(RunError, match="is a file, not a folder"):
        train([place])


def test_a_program_trains_and_samples(names_folder: Path, tmp_path: Path) -> None:
    words = [f"dataset.path={names_folder}", f"output_dir={tmp_path}", *TINY]
    model = charlab.train(words)
    assert repr(model).startswith("<generate: lstm 1 × 12 on names, val/loss ")
    drawn = model.generate(count=2, seed=1, label="Orkish")
    assert repr(drawn[0]).startswith(f"Sample({drawn[0].text!r}, label='Orkish', log_probability=-")
    assert drawn._repr_html_().count("<tr>") == 3
    assert f">{html.escape(drawn[1].text)}</td>" in drawn._repr_html_()
    score = model.score(drawn[0].text, label="Orkish")
    assert repr(score).startswith(f"Score(log_probability={score.log_probability:.2f}, perplexity=")
    again = charlab.train([*words, "seed=2", "trainer.max_steps=1", "task.samples.count=0"])
    assert again.options.seed == 2
    with pytest.raises(ConfigError, match="did you mean 'gru'"):
        charlab.train(["model=gur"])


@pytest.mark.slow
def test_a_program_goes_on_with_a_run_and_classifies(names_folder: Path, tmp_path: Path) -> None:
    place = [f"dataset.path={names_folder}", f"output_dir={tmp_path}", "task=classify"]
    first = charlab.train([*place, *TINY, "trainer.max_epochs=1"])
    longer = [f"output_dir={tmp_path}", "trainer.max_epochs=2"]
    model = charlab.train(["resume=latest", *longer])
    assert model.path == first.path
    assert model.options.trainer.max_epochs == 2
    texts = ["abc", "<xyz>"]
    answers = model.classify(texts)
    (label, probability), *_ = answers[1]
    assert repr(answers).splitlines()[1].startswith(f"<xyz>: {label} {probability:.3f}  ")
    assert repr(answers[1]).startswith(f"<{label} {probability:.3f}, ")
    assert ">&lt;xyz&gt;</td><td" in answers._repr_html_()
    assert model.predict(texts)._repr_html_() == answers._repr_html_()
    with pytest.raises(ConfigError, match=r"predict takes a list of texts: predict\(\['abc'\]\)"):
        model.predict("abc")


def test_a_program_may_train_in_a_thread(names_folder: Path, tmp_path: Path) -> None:
    words = [f"dataset.path={names_folder}", f"output_dir={tmp_path}", *TINY, "trainer.max_steps=2"]
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(charlab.train, words).result().task == "generate"
