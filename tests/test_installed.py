"""charlab installed from its wheel, used from a folder that has nothing of it."""

import html
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import charlab
from charlab.errors import ConfigError
from tests.support.in_process import in_process
from tests.support.shell import ROOT, TINY, environment


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("charlab")
    handlers, propagate = logger.handlers[:], logger.propagate
    yield
    logger.handlers[:], logger.propagate = handlers, propagate


def _own_gru(folder: Path) -> None:
    (folder / "conf" / "model").mkdir(parents=True)
    text = (ROOT / "conf" / "model" / "gru.yaml").read_text()
    (folder / "conf" / "model" / "gru.yaml").write_text(f"{text}hidden_size: 7\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel's files are."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.slow
def test_from_an_empty_folder(site: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "charlab", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**environment(), "PYTHONPATH": os.fspath(site)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version") == f"charlab {charlab.__version__}\n"
    assert "charlab sample" in run()
    run("train", "debug=smoke")
    assert len(run("sample", "count=3", "output_dir=outputs/debug").splitlines()) >= 3
    assert "report: " in run("report", "runs=outputs")
    assert "names" in run("train", "--help")
    assert (site / "charlab" / "play" / "engine" / "network.js").exists()
    assert "pictures:" in run("inspect", "dataset=names", "output=pictures")
    _own_gru(tmp_path)
    assert "hidden_size: 7" in run("train", "model=gru", "--cfg", "job")


def test_own_configurations_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _own_gru(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert charlab.compose(["model=gru"]).model.hidden_size == 7
    monkeypatch.chdir(ROOT)
    assert charlab.compose(["model=gru"]).model.hidden_size != 7
    shown = in_process("train.py", f"--config-dir={tmp_path}/conf", "model=gru", "--cfg", "job")
    assert "hidden_size: 7" in shown.stdout
    missing = in_process("train.py", f"--config-dir={tmp_path}/cnf", "--cfg", "job")
    assert missing.stderr == f"error: --config-dir={tmp_path}/cnf: there is no such folder\n"


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
    assert charlab.train([*words, "seed=2"]).options.seed == 2
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


def test_what_the_package_has() -> None:
    public = {"train", "compose", "load", "__version__", "TrainedModel", "CharlabError"}
    public |= {"from_torch", "to_torch", "ensemble", "Ensemble"}
    assert {name for name in dir(charlab) if name in public or name[0] != "_"} == public
    assert all(getattr(charlab, name) is not None for name in public)
    assert issubclass(ConfigError, charlab.CharlabError)


def test_a_notebook_shows_an_error_as_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ConfigError("one: wrong", "two: too")
    assert error._render_traceback_() == ["ConfigError: one: wrong", "ConfigError: two: too"]
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert "charlab.errors.ConfigError: one: wrong\n" in error._render_traceback_()[-1]
