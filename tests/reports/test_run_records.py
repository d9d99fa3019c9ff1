import os

import pytest

from charlab.errors import RunError
from charlab.reports.run_records import find_runs, read_run
from tests.support.sweep_samples import write_run


@pytest.fixture
def tree(tmp_path):
    for name in ("gru/1", "gru/2", "lstm/1", "[odd] 'name'"):
        write_run(tmp_path / name)
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("gru/*", ["gru/1", "gru/2"]),
        ("*/1", ["gru/1", "lstm/1"]),
        ("gru", ["gru/1", "gru/2"]),  # below a folder
        ("*", ["[odd] 'name'", "gru/1", "gru/2", "lstm/1"]),
        ("**/2", ["gru/2"]),
        ("gru/?/metrics.json", ["gru/1", "gru/2"]),
        ("[odd] 'name'", ["[odd] 'name'"]),  # no pattern, though it looks like one
    ],
)
def test_what_a_pattern_finds(tree, pattern, names):
    found = find_runs(str(tree / pattern))
    assert [str(path.relative_to(tree)) for path in found] == names


@pytest.mark.parametrize(
    ("pattern", "arguments"),
    [
        ("nowhere/*", "nothing matches; give folders"),
        ("empty", "no folder there holds a metrics.json"),
        ("note.txt", "no folder there holds"),
    ],
)
def test_what_finds_nothing_is_one_line(tree, pattern, arguments):
    with pytest.raises(RunError, match=arguments) as caught:
        find_runs(str(tree / pattern))
    assert "\n" not in str(caught.value)


def test_an_empty_pattern_is_no_pattern():
    with pytest.raises(RunError, match="runs= is empty"):
        find_runs("")


def test_a_run_is_read(tmp_path):
    folder = write_run(
        tmp_path / "run",
        {"test/loss": 2.5, "model/parameters": 10, "val/loss": None},
        settings="model: {name: gru, bias: null}\n"
        "optimizer: {lr: 1e-3, betas: [0.9, 0.99]}\n"
        "seed: 3\n",
        overrides=["model=gru", "seed=3"],
    )
    run = read_run(folder)
    assert run.status == "completed"
    assert run.metrics == {"test/loss": 2.5, "model/parameters": 10}
    assert run.settings == {
        "model.name": "gru",
        "model.bias": "null",
        "optimizer.lr": "0.001",
        "optimizer.betas": "[0.9,0.99]",
        "seed": "3",
    }
    assert (run.seed, run.fingerprint) == ("3", "abc")
    assert run.overrides == ("model=gru", "seed=3")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
CONFIGS = [BOMB, "a: &a [*a]", "[" * 5000, "a: " * 30, "a: " + "9" * 5000, "x" * 10**6, "- 1", "\0"]


@pytest.mark.parametrize("text", CONFIGS, ids=lambda text: text[:12])
def test_a_configuration_that_is_made_to_do_harm(tmp_path, text):
    run = read_run(write_run(tmp_path / "run", settings=text))
    assert (run.status, run.settings) == ("completed", None)
    assert run.problem is not None
    assert run.problem.startswith(".hydra/config.yaml cannot be read: ")
    assert "\n" not in run.problem


def test_what_is_no_file_is_not_read(tmp_path):
    folder = write_run(tmp_path / "run", settings="a: 1", overrides=["a=1"])
    for name in ("metrics.json", "environment.json", ".hydra/config.yaml", ".hydra/overrides.yaml"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
    run = read_run(folder)
    assert (run.status, run.problem) == (
        "unreadable",
        "metrics.json cannot be read: it is not a regular file",
    )


def test_numbers_that_no_float_can_be_are_no_figures(tmp_path):
    folder = write_run(tmp_path / "run")
    (folder / "metrics.json").write_text('{"a": 1%s, "b": NaN, "c": 2}' % ("0" * 400))
    assert read_run(folder).metrics == {"c": 2}


@pytest.mark.parametrize("text", ["", "{", "[1]", "\x00", "[" * 5000])
def test_what_is_damaged_is_said_and_does_not_stop(tmp_path, text):
    folder = write_run(tmp_path / "run", settings="{a: ")
    for name in ("metrics.json", "environment.json"):
        (folder / name).write_text(text)
    run = read_run(folder)
    assert run.problem is not None
    assert run.problem.startswith("metrics.json cannot be read: ")
    assert (run.status, run.metrics, run.settings, run.fingerprint) == (
        "unreadable",
        {},
        None,
        None,
    )
