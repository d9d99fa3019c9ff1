"""Flags: Hydra's own anywhere among the words, any other refused with what was meant."""

import pytest

from charlab.config.flags import refuse_flags, sort_flags
from charlab.config.hydra_app import known_words
from charlab.errors import ConfigError
from tests.support.in_process import in_process

KNOWN = [*known_words(), "resume"]
SCRIPTS = ("train", "sample", "predict", "evaluate", "report", "inspect_data")


@pytest.mark.parametrize(
    ("line", "flags", "rest"),
    [
        ("a=1 -m b=2", "--multirun", "a=1 b=2"),
        ("a=1 --cfg job b=2 -p model", "--cfg=job --package=model", "a=1 b=2"),
        ("help", "--help", ""),
        ("-h --resolve", "--help --resolve", ""),
        ("--multi a=1", "--multirun", "a=1"),
        ("a=1 --info b=2", "--info=all", "a=1 b=2"),
        ("-i plugins", "--info=plugins", ""),
        ("-cd x ~sweep +y=--z", "--config-dir=x", "~sweep +y=--z"),
        ("-sc install=bash", "--shell-completion", "install=bash"),
    ],
)
def test_flags_stand_anywhere(line: str, flags: str, rest: str) -> None:
    assert sort_flags(line.split(), KNOWN) == (flags.split(), rest.split())
    assert sort_flags([*flags.split(), *rest.split()], KNOWN) == (flags.split(), rest.split())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--epochs 3", r"'--epochs' is not .*: did you mean trainer\.max_epochs=3\?"),
        ("--max-epochs=3", r"did you mean trainer\.max_epochs=3\?"),
        ("-lr 1e-3", r"did you mean optimizer\.lr=1e-3\?"),
        ("--learning-rate", r"did you mean optimizer\.lr=…\?"),
        ("--resume latest", r"did you mean resume=latest\?"),
        ("model gru", r"'model' is not .*: did you mean model=gru\?"),
        ("—seed 1", r"did you mean seed=1\?"),
        ("--zzz", "'--zzz' is not of the form key=value: --help lists"),
        ("--resolve", "--resolve goes with --cfg job"),
        ("--package model", "--package goes with --cfg job"),
        ("--shell-completion", "--shell-completion goes with install=SHELL"),
        ("--shell-completion install=cmd", "SHELL being bash, fish or zsh"),
        ("--cfg", "--cfg takes a value"),
        ("--cfg jbo", "--cfg shows job, hydra, all, not 'jbo'"),
        ("--info nothing", "--info shows all, config, .*, not 'nothing'"),
        ("--experimental-rerun x.pkl", "reads a pickle, which can run code"),
        ("--hydra-help seed=1", "goes alone: leave seed=1 out"),
    ],
)
def test_what_makes_no_sense_is_one_line(line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        sort_flags(line.split(), KNOWN)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--path x", r"'--path' is not .*: did you mean dataset\.path=x\?"),
        ("dataset", r"did you mean dataset=…\?"),
        ("-m", "'-m' is not of the form"),
    ],
)
def test_where_there_are_no_flags(line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        refuse_flags(line.split(), KNOWN)


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_command_has_help_a_version_and_no_other_flag(script: str) -> None:
    version = in_process(f"{script}.py", "--version")
    assert (version.returncode, version.stdout.split()[0]) == (0, "charlab")
    shown = in_process(f"{script}.py", "help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert f"{script}.py" in shown.stdout
    done = in_process(f"{script}.py", "--output", "x")
    assert done.returncode == 1
    assert done.stderr.startswith("error: '--output' is not of the form key=value: did you mean ")
    assert done.stderr.count("\n") == 1
