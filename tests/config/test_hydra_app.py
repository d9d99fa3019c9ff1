import ast
import dataclasses
import inspect
import itertools
import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import charlab
from charlab.config import RunOptions, to_plain
from charlab.config.fields import dotted_keys
from charlab.config.hydra_app import _GROUPS, FULL_ERROR, check, explain, run_composed
from charlab.config.schema import MODELS, OPTIMIZERS, SCHEDULERS
from charlab.config.task_options import TASK_OPTIONS
from charlab.config.validation import build
from charlab.errors import CharlabError, ConfigError, DataError
from charlab.models import models
from charlab.targets.making import make_optimizer
from charlab.tasks import TASKS

CONF = Path(__file__).parent.parent.parent / "conf"
FILES = sorted(path.relative_to(CONF) for path in CONF.rglob("*.yaml"))
RUN_GROUPS = set(_GROUPS) - {"sweep"}  # which makes many runs
CHOICES = [f"{path.parent}={path.stem}" for path in FILES if str(path.parent) in RUN_GROUPS]
DIFFERENCES = ("experiment", "debug")  # files of another kind: no whole group
ALONE = [choice for choice in CHOICES if choice.startswith(DIFFERENCES)]
# One choice of each group at once, as far as there are some: each is in one of these lines.
TOGETHER = itertools.zip_longest(
    *(
        [choice for choice in CHOICES if choice.startswith(f"{group}=")]
        for group in sorted(RUN_GROUPS - {*DIFFERENCES})
    )
)
LINES = [*ALONE, *(" ".join(filter(None, line)) for line in TOGETHER)]
NAMED = {"model": MODELS, "task": TASK_OPTIONS, "optimizer": OPTIMIZERS, "scheduler": SCHEDULERS}


def test_all_files_were_found():
    """The globs below see what is there: none of the known files is missing from them."""
    names = {str(path) for path in FILES}
    groups = {
        "dataset": ["names", "text", "table", "tiny_shakespeare", "enwik8"],
        "model": ["gru", "lstm", "vanilla"],
        "task": ["classify", "generate"],
        "optimizer": ["adam", "adamw", "sgd"],
        "scheduler": ["constant", "cosine", "linear"],
        "trainer": ["default"],
        "experiment": ["bilstm_names", "gru_text"],
        "debug": ["overfit", "smoke"],
    }
    known = {f"{group}/{name}.yaml" for group, choices in groups.items() for name in choices}
    assert known | {"train.yaml"} <= names
    assert len(known) == 21
    assert len(CHOICES) >= 21
    folders = {path.parts[0] for path in FILES if len(path.parts) > 1}
    assert folders - {"shared"} == set(_GROUPS) - {"callbacks"}  # whose files are the user's


@pytest.mark.parametrize("line", LINES)
def test_every_file_makes_a_run(compose_options, line):
    chosen = dict(choice.split("=") for choice in line.split())
    logger = chosen.get("logger")
    if logger in ("wandb", "mlflow") and find_spec(logger) is None:
        pytest.skip(f"no {logger}")
    options = compose_options(*line.split())
    for group in NAMED.keys() & chosen:
        assert getattr(options, group).name == chosen[group]
        assert type(getattr(options, group)) is NAMED[group][chosen[group]]
    assert options.debug is ("debug" in chosen)
    plain = to_plain(options)
    assert set(dotted_keys(RunOptions, plain)) == leaves(plain)
    assert build(RunOptions, plain) == options  # as from a checkpoint


def test_every_file_is_in_a_line():
    assert sorted(" ".join(LINES).split()) == sorted(CHOICES)


def leaves(plain, prefix=""):
    found = set()
    for key, value in plain.items():
        found |= leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key}
    return found


@pytest.mark.parametrize("group", NAMED)
def test_schema_and_files_know_the_same_names(group):
    assert {path.stem for path in FILES if path.parts[0] == group} == set(NAMED[group])


def test_schema_and_code_know_the_same_names():
    assert models.names() == sorted(MODELS)
    assert TASKS.names() == sorted(TASK_OPTIONS)


def test_experiments_are_what_their_first_lines_say(compose_options):
    bilstm = compose_options("experiment=bilstm_names")
    assert (bilstm.model.name, bilstm.task.name) == ("lstm", "classify")
    assert bilstm.model.bidirectional
    text = compose_options("experiment=gru_text", "model.hidden_size=12")
    assert (text.dataset.source, text.model.name, text.model.hidden_size) == ("text", "gru", 12)
    for path in FILES:
        if path.parts[0] == "experiment":
            head = (CONF / path).read_text().split("\n")[:2]
            assert head[0] == "# @package _global_"
            assert f"python train.py experiment={path.stem}" in head[1]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_every_setting_is_explained_where_it_stands(path):
    lines = (CONF / path).read_text().split("\n")
    assert lines[0].startswith("# ")
    if path.parts[0] in DIFFERENCES:
        return
    if path == Path("train.yaml"):
        top = [line for line in lines if re.match(r"(seed|output_dir|debug):", line)]
        assert len(top) == 3
        assert all(" # " in line for line in top)
        return
    settings = [line for line in lines if re.match(r" *\w+: ", line) and "name:" not in line]
    settings = [line for line in settings if not line.startswith("source:")]  # as a name is one
    assert len(settings) >= 2 or path.parts[0] in ("dataset", "logger", "model")
    for line in settings:
        assert " # " in line, f"{path}: {line}"


def test_every_option_is_read():
    """An option that no code takes would be a promise without a keeper."""
    sources = Path(charlab.__file__).parent.rglob("*.py")
    read = {
        node.attr
        for source in sources
        if source.parent.name != "config"
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute)
    }
    schemas = [RunOptions, *TASK_OPTIONS.values(), *SCHEDULERS.values()]
    fields = {f"{key}" for schema in schemas for key in dotted_keys(schema, {})}
    unread = {key for key in fields if key.rpartition(".")[2] not in read}
    assert {key for key in unread if not key.startswith(("model.", "optimizer."))} == set()
    for name, schema in OPTIMIZERS.items():  # these go to the constructor, too
        given = {field.name: 0.1 for field in dataclasses.fields(schema)} | {"name": name}
        given |= {"betas": (0.8, 0.9)} if "betas" in given else {}
        (group,) = make_optimizer(
            schema(**given), [torch.nn.Parameter(torch.zeros(2))]
        ).param_groups
        assert {key for key in given if given[key] != group.get(key)} == {"name"}
    for name, schema in MODELS.items():  # these go to the constructor, one by one
        taken = {
            parameter
            for part in models[name].__mro__
            for parameter in inspect.signature(part.__init__).parameters
        }
        wanted = {field.name for field in dataclasses.fields(schema)} - {"name"}
        assert wanted - taken == set()


def refuse(*overrides):
    """What the user reads about overrides that make no configuration."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        try:
            check(compose("train", list(overrides)))
        except Exception as error:
            message = str(error) if isinstance(error, ConfigError) else explain(error)
        else:
            message = None
    assert message
    return message


MISTAKES = {
    "model.hiden_size=3": "unknown setting 'model.hiden_size': did you mean 'model.hidden_size'?",
    "+model.hiden_size=3": "unknown setting 'model.hiden_size': did you mean 'model.hidden_size'?",
    "hidden_size=3": "unknown setting 'hidden_size': did you mean 'model.hidden_size'?",
    "modle=gru": "unknown setting 'modle': did you mean 'model'?",
    "+model.foo=1": "unknown setting 'model.foo': model has name, hidden_size, num_layers",
    "optimizer.momentum=0.5": "the chosen optimizer has none, ",
    "model=lstmm": "model=lstmm: no such choice; did you mean 'lstm'?",
    "model=": "model=: no such choice; choose one of: gru, lstm, vanilla",
    "experiment=x": "experiment=x: no such choice; choose one of: bilstm_names, copying, dates",
    "model=null": "a group is chosen by name, as in model=lstm or debug=smoke; the groups: dataset",
    "debug=null": "to go without one, leave it out",
    "~model.kernel": "setting 'model.kernel' is missing",
    "~trainer": "setting 'trainer' is missing",
    "model.hidden_size=1,2": "several values make a grid of runs, which needs -m",
    f"trainer.max_steps={5000 * '1'}": "a whole number among the settings has too many digits",
    "model.hidden_size=é": "Hydra cannot read this override",
    "model.hidden_size=${model.num_layer}": "Interpolation key 'model.num_layer' not found",
    "seed": "Error parsing override 'seed' missing EQUAL",
}


@pytest.mark.parametrize("override", MISTAKES)
def test_a_mistake_is_named_in_one_line(override):
    message = refuse(override)
    assert MISTAKES[override] in message
    assert "\n" not in message


def test_all_values_out_of_range_at_once():
    lines = refuse(
        *("model.hidden_size=0", "model.dropout=1.5", "optimizer.lr=-1", "dataset.seq_len=x"),
        *("+task.foo=1", "trainer.precision=half"),
    ).split("\n")
    assert [line.split(" must be ")[0] for line in lines if "must be" in line] == [
        *("dataset.seq_len", "model.hidden_size", "model.dropout", "optimizer.lr"),
        "trainer.precision",
    ]
    assert len(lines) == 6


@pytest.mark.parametrize(
    "override",
    [
        "seed=${oc.env:CHARLAB_TEST}",
        "trainer.max_epochs=${ oc.env:CHARLAB_TEST}",
        "dataset.encoding=x${oc.env:CHARLAB_TEST,1}",
        "model.hidden_size='${oc.decode:${oc.env:CHARLAB_TEST}}'",
        "dataset.split.fractions=[1,0,'${oc.env:CHARLAB_TEST}']",
    ],
)
def test_no_value_comes_from_the_environment(monkeypatch, override):
    monkeypatch.setenv("CHARLAB_TEST", "3")
    assert "takes its value from the environment (oc.env)" in refuse(override)


def test_a_path_may_look_like_the_environment(compose_options):
    for path in ("proc.env/a.txt", "${oc.env:HOME}"):
        assert compose_options(f"dataset.path={path}").dataset.path == path


def test_other_errors_are_not_explained_away():
    assert explain(RuntimeError("bug")) is None
    assert explain(ValueError("bug")) is None


# run_composed: the same through Hydra's own command line


@pytest.fixture
def command_line(monkeypatch, tmp_path):
    """Runs jobs from words; what each job was given, what was reported, and the exit code."""

    def run(*arguments, job=None):
        given, reports = [], []

        def note(options, config, overrides, folder):
            given.append((options, config, list(overrides), folder))
            return job(options) if job else 0

        def report(error):
            if not isinstance(error, CharlabError):
                return None
            reports.append(str(error))
            return 1

        monkeypatch.setattr(sys, "argv", ["train.py", *arguments, f"output_dir={tmp_path}/out,1"])
        monkeypatch.chdir(tmp_path)
        return given, reports, run_composed(note, report, announce=lambda *_: None)

    return run


def test_a_job_gets_what_was_composed(command_line, tmp_path):
    text = 'Ænima\'s "best", ${seed} = 1\n'
    given, reports, code = command_line("model=gru", f"dataset.path={text}", "seed=3")
    ((options, config, overrides, folder),) = given
    assert (options.model.name, options.seed, options.dataset.path) == ("gru", 3, text)
    assert options.output_dir == f"{tmp_path}/out,1"
    assert check(OmegaConf.create(config)) == options
    assert overrides[::2] == ["model=gru", "seed=3"]
    assert (reports, code, folder) == ([], 0, None)
    assert list(tmp_path.iterdir()) == []  # Hydra leaves nothing behind


def test_a_folder_of_the_user_s_own(command_line):
    ((*_, folder),), _, _ = command_line("hydra.run.dir=my/run")
    assert folder == Path("my/run")


def test_a_grid_goes_on_after_a_failure(command_line):
    def job(options):
        if options.seed == 1:
            raise DataError("no text")
        return 3 if options.seed == 2 else 0

    arguments = ("-m", "seed=1,-1,2", "dataset.path='a,b'")
    given, reports, code = command_line(*arguments, job=job)
    assert [options.seed for options, *_ in given] == [1, 2]
    assert {options.dataset.path for options, *_ in given} == {"a,b"}
    assert reports == ["no text", "seed must be from 0 to 4294967295, got -1"]
    assert code == 3


def test_a_grid_over_paths(command_line):
    value = """my 'novel', "it's, \\"x\\" ${seed}",null"""
    given, _, _ = command_line("-m", f"dataset.path={value}")
    expected = ["my 'novel'", 'it\'s, "x" ${seed}', None]
    assert [options.dataset.path for options, *_ in given] == expected
    ((options, *_),), _, _ = command_line(f"dataset.path={value}")
    assert options.dataset.path == value  # of a single run to the letter


def test_a_grid_may_be_asked_for_by_hydra_s_mode(command_line):
    given, _, _ = command_line("hydra.mode=MULTIRUN", "dataset.path='a,b',c")
    assert [options.dataset.path for options, *_ in given] == ["a,b", "c"]


@pytest.mark.slow
def test_folders_of_a_grid_s_runs(command_line, tmp_path):
    def folders(*arguments):
        given, _, _ = command_line("-m", "seed=1,2", *arguments)
        return [folder for *_, folder in given]

    assert folders() == [None, None]
    assert folders("hydra.sweep.dir=x") == [Path("x/0"), Path("x/1")]
    assert folders("hydra.sweep.dir=x", "hydra.sweep.subdir=s${seed}") == [
        Path("x/s1"),
        Path("x/s2"),
    ]
    (first, _) = folders("hydra.sweep.subdir=y${hydra.job.num}")
    assert first.parts[-1] == "y0"
    assert first.is_relative_to(tmp_path / "out,1" / "multirun")


@pytest.mark.parametrize("wish", [None, "0", "1"])
def test_mistakes_and_the_wish_for_a_traceback(command_line, monkeypatch, wish):
    monkeypatch.delenv(FULL_ERROR, raising=False)
    if wish is not None:
        monkeypatch.setenv(FULL_ERROR, wish)
    with pytest.raises(Exception, match="hiden_size") as caught:
        command_line("model.hiden_size=3")
    assert isinstance(caught.value, ConfigError) == (wish != "1")
    assert os.environ.get(FULL_ERROR) == wish


def test_a_bug_in_a_job_is_not_hidden(command_line):
    def job(options):
        raise ZeroDivisionError("bug")

    with pytest.raises(ZeroDivisionError, match="bug"):
        command_line(job=job)
