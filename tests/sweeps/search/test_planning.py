"""From words to a definition; every fault of a sweep in words, before its first trial."""

import functools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest.mock import patch

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig

from charlab.config.compose import Composition
from charlab.config.hydra_app import check
from charlab.config.overrides import protect
from charlab.config.sweep_schema import read_options
from charlab.errors import CharlabError, ConfigError
from charlab.sweeps.search.planning import Plan, plan
from charlab.sweeps.search.spec import SweepSpec

NOTHING_SEARCHED = ["optimizer.lr=1e-3", "model.hidden_size=8", "model.num_layers=1"]

FUNCTIONS = """
def good(trial):
    return {"model.dropout": trial.suggest_float("model.dropout", 0, 0.5)}
"""


@pytest.fixture(scope="module")
def corpus_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names of two made-up languages."""
    folder = tmp_path_factory.mktemp("names")
    chance = random.Random(1)
    for language, letters in {"A": "abcde", "B": "uvwxyz"}.items():
        names = {"".join(chance.choices(letters, k=5)) for _ in range(60)}
        (folder / f"{language}.txt").write_text("\n".join(sorted(names)))
    return folder


@pytest.fixture(scope="module")
def text_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("text") / "novel.txt"
    file.write_text("she went, and he went. " * 60)
    return file


def _is_search(word: str) -> bool:
    """Hydra's multirun gives searches to the sweeper and keeps them out of what it composes."""
    try:
        return OverridesParser.create().parse_override(word).is_sweep_override()
    except HydraException:  # it would say so before
        return True


@pytest.fixture(scope="module", autouse=True)
def _composed_once() -> Iterator[None]:
    """Many sweeps try the same words first, and each composition takes a tenth of a second."""
    composed = functools.cache(Composition.compose)

    def compose_once(self: Composition, arguments: Sequence[str]) -> DictConfig:
        return composed(self, tuple(arguments))

    with patch.object(Composition, "compose", compose_once):
        yield


@functools.cache
def _commanded(conf: Path, words: tuple[str, ...]) -> DictConfig:
    with initialize_config_dir(str(conf), version_base="1.3"):
        return compose("train", list(words), return_hydra_config=True)


@pytest.fixture
def planned(conf: Path, corpus_path: Path) -> Callable[..., Plan]:
    """``planned("model=gru")``: what ``train.py -m sweep=optuna model=gru`` would do."""

    def make(*arguments: str) -> Plan:
        paths = [] if any("dataset.path" in w for w in arguments) else [corpus_path]
        typed = protect(
            ["sweep=optuna", *(f"dataset.path={path}" for path in paths), *arguments], grid=True
        )
        config = _commanded(conf, tuple(word for word in typed if not _is_search(word)))
        return plan(read_options(config), Composition.of(config), typed)

    return make


def test_the_default_sweep(planned: Callable[..., Plan]) -> None:
    found = planned()
    assert found.n_trials == 30
    assert found.spec.space == {
        "optimizer.lr": "tag(log, interval(2e-3, 2e-2))",
        "model.hidden_size": "choice(128, 256, 384)",
        "model.num_layers": "range(1, 3)",
    }
    assert found.remarks == (
        "dataset.seq_len is not searched: it has no meaning for short documents, which are read "
        "whole",
    )
    spec = found.spec
    assert (spec.objectives, spec.directions) == (("val/loss",), ("minimize",))
    assert (spec.sampler, spec.pruner, spec.seed) == ("tpe", "successive_halving", 1)
    assert "optimizer.lr" not in spec.base
    assert spec.base["model.name"] == "lstm"
    assert list(SweepSpec.from_json(spec.to_json()).differences(spec)) == []


def test_the_shape_that_another_run_brings_is_not_searched(
    planned: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch, corpus_path: Path
) -> None:
    from charlab.builders import initial_weights

    monkeypatch.setattr(initial_weights, "find_initial", lambda options, words: (options, None))
    found = planned(f"dataset.path={corpus_path}", "init=RUN")
    assert set(found.spec.space) == {"optimizer.lr"}
    assert any("model.hidden_size, model.num_layers: not searched" in r for r in found.remarks)
    for word in ("model.hidden_size=choice(8,16)", "model=choice(gru,lstm)"):
        with pytest.raises(ConfigError, match="cannot be searched with init=") as caught:
            planned(f"dataset.path={corpus_path}", "init=RUN", word)
        assert len(caught.value.lines) == 1


def test_sequence_length_is_searched_in_a_stream(
    planned: Callable[..., Plan], text_path: Path
) -> None:
    found = planned("dataset=text", f"dataset.path={text_path}", "dataset.seq_len=choice(8,16)")
    assert found.spec.space["dataset.seq_len"] == "choice(8,16)"
    assert found.remarks == ()


@pytest.mark.parametrize("way", ["dataset.path={}", "sweep.space={{dataset.path: {}}}"])
def test_texts_are_searched(
    way: str, planned: Callable[..., Plan], text_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "it's, a b.txt"
    other.write_text("she went, and he went. " * 60)
    arguments = ["dataset=text", *NOTHING_SEARCHED, "dataset.seq_len=choice(8,16)"]
    found = planned(*arguments, way.format(f'choice({text_path},"{other}")'))
    parameter = next(p for p in found.spec.parameters if p.key == "dataset.path")
    assert parameter.extremes() == [str(text_path), str(other)]
    assert "dataset.path" not in found.spec.base
    assert found.remarks == (
        "trials differ in their texts (dataset.path): each is measured on its own",
    )
    short = tmp_path / "short.txt"
    short.write_text("she went" * 2)
    for path, complaint in {
        tmp_path / "nowhere.txt": "the search of dataset.path holds dataset.path='",
        short: "the search of dataset.(path|seq_len) holds",
    }.items():
        with pytest.raises(ConfigError, match=complaint):
            planned(*arguments, way.format(f"choice({text_path},{path})"))


def test_words_of_the_command_line_win(planned: Callable[..., Plan]) -> None:
    spec = planned("optimizer.lr=0.01", "model=choice(gru,lstm)", "sweep.n_trials=4", "seed=3").spec
    assert sorted(spec.space) == ["model", "model.hidden_size", "model.num_layers"]
    assert {"optimizer.lr=0.01", "seed=3"} < set(spec.fixed)
    assert not [word for word in spec.fixed if "sweep" in word]
    assert not [key for key in spec.base if key.startswith("model.")]


def test_what_follows_from_the_objective(planned: Callable[..., Plan]) -> None:
    key, epoch = "trainer.validate_every", planned().spec.unit
    spec = planned("task=classify", "sweep.objective=val/accuracy").spec
    assert (spec.pruner, spec.directions) == ("successive_halving", ("maximize",))
    assert "task.monitor=val/accuracy" in spec.fixed
    spec = planned("sweep.validate_every=0.25").spec
    assert f"{key}=0.25" in spec.fixed
    assert spec.base[key] == 0.25  # also in the command that repeats a trial
    assert spec.unit == epoch // 4


def test_several_objectives(planned: Callable[..., Plan]) -> None:
    spec = planned("sweep.objectives=[val/loss,model/parameters]").spec
    assert spec.objectives == ("val/loss", "model/parameters")
    assert spec.directions == ("minimize", "minimize")
    assert spec.pruner == "none"


def test_a_grid_has_its_own_number_of_trials(planned: Callable[..., Plan]) -> None:
    found = planned("sweep.sampler=grid", "optimizer.lr=1e-3,1e-2")
    assert found.n_trials == 2 * 3 * 2
    assert "the grid has 12 points: that many trials" in found.remarks


def test_a_plain_grid_holds_what_the_command_line_names(planned: Callable[..., Plan]) -> None:
    found = planned("sweep=grid", "model=lstm,gru", "seed=1,2,3")
    assert found.spec.space == {"model": "lstm,gru", "seed": "1,2,3"}
    assert (found.n_trials, found.spec.sampler, found.spec.pruner) == (6, "grid", "none")


def test_known_settings(planned: Callable[..., Plan]) -> None:
    found = planned("sweep.enqueue=[{optimizer.lr: 2e-3, model.hidden_size: 256}]")
    assert found.known == ({"optimizer.lr": 2e-3, "model.hidden_size": 256},)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["model.hidden_size=choice()"], "model.hidden_size=choice() is a choice of nothing: "),
        (
            ["model.hiden_size=choice(8,16)"],
            "unknown setting 'model.hiden_size': did you mean 'model.hidden_size'?",
        ),
        (["modle=choice(gru,lstm)"], "unknown setting 'modle': did you mean 'model'?"),
        (["model=choice(gru,lstn)"], "the search of model holds model=lstn: model=lstn: no such"),
        (
            ["model.hidden_size=choice(8,big)"],
            "the search of model.hidden_size holds model.hidden_size=big: "
            "model.hidden_size must be a whole number, got 'big'",
        ),
        (
            ["model.num_layers=range(1,3)", "model.hidden_size=interval(8,16)"],
            "model.hidden_size must be a whole number, got 11.055728; write "
            "model.hidden_size=int(interval(8,16))",
        ),
        (
            ["model.dropout=interval(0,1)"],
            "the search of model.dropout holds model.dropout=1.0: model.dropout must be at least 0 "
            "and below 1, got 1.0",
        ),
        (
            ["model.bidirectional=choice(false,true)"],
            "the search of model.bidirectional holds model.bidirectional=True: "
            "model.bidirectional=true: a generator may not read the future",
        ),
        (["optimizer.lr=interval(1,0)"], "optimizer.lr=interval(1,0) holds no value: "),
        (
            [*NOTHING_SEARCHED],
            "nothing is searched: give settings as choice(…), range(…) or interval(…), "
            "or leave sweep.space as it is",
        ),
        (
            ["sweep.objective=val/los"],
            "objective 'val/los' is no figure here: did you mean 'val/loss'?",
        ),
        (
            ["sweep.sampler=grid"],
            "sweep.sampler=grid needs points, and optimizer.lr=tag(log, interval(2e-3, 2e-2)) is "
            "an interval: write optimizer.lr=choice(…), or leave it out by a plain value",
        ),
        (
            ["sweep.sampler=grid", "sweep.space=null", "seed=range(0,99999999)"],
            "the grid has 99,999,999 points, more than 1,000,000: search less",
        ),
        (["sweep.n_trials=null"], "sweep.n_trials=null is for sweep.sampler=grid"),
        (
            ["sweep.enqueue=[{model.hidden_size: 257}]"],
            "sweep.enqueue: model.hidden_size=257 is not in choice(128, 256, 384)",
        ),
        (["sweep.enqueue=[{dataset.seq_len: 32}]"], "sweep.enqueue: dataset.seq_len is not search"),
        (
            ["sweep.enqueue=[{seed: 1}]", "sweep.sampler=grid", "sweep.space=null", "seed=1,2"],
            "sweep.enqueue: a grid tries all of its points anyway: leave it out",
        ),
        (["sweep.n_trials=1,2"], "sweep.n_trials=1,2: a sweep's own settings have one value each"),
        (
            ["+sweep.space.seed=range(3)"],
            "a run's setting is searched as KEY=choice(…), here seed=",
        ),
        (["sweep.sampler=tpee"], "sweep.sampler must be one of tpe, random, grid, gp, qmc"),
        (["sweep.n_trials=0"], "sweep.n_trials must be at least 1, got 0"),
        (["sweep.space_function=f.py:g"], "sweep.space_function=f.py:g: there is no file f.py; "),
        (["dataset.path=/nowhere"], "/nowhere"),
    ],
)
def test_faults_in_words(
    arguments: list[str], complaint: str, planned: Callable[..., Plan]
) -> None:
    with pytest.raises(CharlabError) as raised:
        planned(*arguments)
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_sequence_length_that_does_not_fit_the_text(
    planned: Callable[..., Plan], text_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"the search of dataset.seq_len holds .*=5000: the tr"):
        planned("dataset=text", f"dataset.path={text_path}", "dataset.seq_len=choice(16,5000)")


@pytest.mark.slow
def test_functions(planned: Callable[..., Plan], tmp_path: Path) -> None:
    file = tmp_path / "f, 'n.py"
    file.write_text(FUNCTIONS)
    spec = planned(f"sweep.space_function={file}:good", *NOTHING_SEARCHED).spec
    assert spec.function == f"{file}:good"
    assert spec.function_digest is not None
    assert len(spec.function_digest) == 64
    with pytest.raises(ConfigError, match="grid knows all points beforehand"):
        planned(f"sweep.space_function={file}:good", "optimizer.lr=1", "sweep.sampler=grid")


def test_a_sweep_is_no_run(conf: Path) -> None:
    with initialize_config_dir(str(conf), version_base="1.3"):
        config = compose("train", ["sweep=optuna"])
    with pytest.raises(ConfigError, match=r"add -m, as in python train\.py -m sweep=optuna"):
        check(config)
