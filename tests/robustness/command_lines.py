"""Command lines of every command, some of them sensible, most of them not quite."""

import random
import re
import typing
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from charlab.config import cli_options
from tests.robustness import texts
from tests.robustness.asking import Asked
from tests.robustness.worlds import TINY, World
from tests.support.shell import ROOT

DOORS: dict[str, tuple[Any, int]] = {
    "sample.py": (cli_options.SampleArguments, 42),
    "predict.py": (cli_options.PredictArguments, 28),
    "evaluate.py": (cli_options.EvaluateArguments, 14),
    "report.py": (cli_options.ReportArguments, 8),
    "play.py": (cli_options.PlayArguments, 6),
    "train.py": (None, 5),
    "inspect_data.py": (None, 3),
}
# Sensible values of what is text or may be left out; numbers and switches have those of their type.
USUAL = {
    "model": "vanilla lstm gru", "task": "generate classify", "dataset": "names text table",
    "optimizer": "adam adamw sgd", "experiment": "gru_text bilstm_names", "debug": "smoke",
    "encoding": "utf-8 latin-1 utf-16", "unit": "char byte word", "layout": "auto sequences stream",
    "normalize": "none nfkc lower+nfc", "kernel": "fused reference", "split": "train val test",
    "precision": "auto float32 bf16", "monitor": "val/loss val/accuracy", "unknown": "error mark",
    "label": "Orkish Èlfico,Orkish", "metric": "val/loss status", "input": "in.txt nofile.txt .",
    "output": "o.jsonl sub/out.csv", "figure": "out.png sub/x.png", "sweep": "latest study optuna",
    "top_k": "1 3 100", "top_p": "0.1 1", "beam_width": "1 4", "seed": "0 7", "max_steps": "2 3",
    "fractions": "[0.8,0.1,0.1] [1,0,0] [] [nan,0,1]", "betas": "[0.9,0.99] [0.9] [a,b]",
    "novelty": "true false", "limit": "200", "patience": "1", "scheduler": "cosine linear constant",
    "accelerator": "cpu auto", "temperature": "0 1 0.3,1.2", "format": "text csv jsonl",
    "weights": "int8 float32 int4",
}  # fmt: skip
READ = {"path", "val_path", "test_path", "input", "runs", "sweep"}
WRITTEN = {"output", "figure", "output_dir", "storage"}
ELSEWHERE = re.compile("url|devices|nodes|strategy")  # they would go to a network, or take long
FLAGS = """--help|-h|help|--version|--resolve|--shell-completion|--cfg|--cfg job|--cfg job --resolve
--info|--info all|--epochs 3|--multirun|--hydra-help|-v|--config-name x|--config-dir /nope|--run
--config-path x|--package a|--lr=3|--experimental-rerun x|-x|--|-|resume=latest|resume=|=|=x
resume=/nope""".replace("\n", "|").split("|")
RARELY = 0.03


def command_line(chance: random.Random, worlds: Sequence[World]) -> Asked:
    """A command line of any command; the quick ones more often."""
    script = chance.choices(list(DOORS), [weight for _, weight in DOORS.values()])[0]
    keys = _keys(script)
    if DOORS[script][0] is None:
        world = chance.choice(worlds)
        words = [*TINY, "task.samples.count=1", "trainer.max_minutes=0.1"]
        words += [f"dataset={world.source}", f"dataset.path={world.data}"]
    else:
        task = {"sample.py": "generate", "predict.py": "classify"}.get(script)
        fit = [w for w in worlds if task is None or w.task == task or chance.random() < RARELY]
        run = chance.choice(fit).run if chance.random() > RARELY else texts.readable(chance)
        words = [f"{'runs' if script == 'report.py' else 'run'}={run}"]
        words += ["length=20"] if script == "sample.py" else []
    chosen = chance.sample(sorted(keys), chance.randint(1, 4))
    words += _slipped(chance, [f"{key}={_value(chance, key, keys[key])}" for key in chosen])
    odd = texts.text(chance)
    given = [b"", b"ab\ncd\n", odd.encode(errors="replace"), odd.encode("cp1252", "replace")]
    words = [word.replace("\ud83d", "\udced") for word in words]  # there it is bytes, not UTF-8
    return Asked(script, tuple(words), chance.choice(given), terminal=chance.random() < 0.5)


@cache
def _keys(script: str) -> dict[str, type]:
    """Every key that a command has, and its type; text where that may be null."""
    schema = DOORS[script][0]
    if schema is not None:
        hints = typing.get_type_hints(schema)
        typed = {field.metadata["key"] or field.name: hints[field.name] for field in fields(schema)}
        plain = {key: hint if isinstance(hint, type) else str for key, hint in typed.items()}
        plain.pop("run", None)
    else:
        plain = dict.fromkeys(["model", "task", "dataset", "optimizer", "scheduler"], str)
        plain |= dict.fromkeys(["experiment", "debug", "sweep"], str)
        with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
            for words in (["dataset=text"], ["dataset=table", "task=classify"]):
                plain |= _leaves(OmegaConf.to_container(compose("train", words)))
    return {key: kind for key, kind in plain.items() if not ELSEWHERE.search(key)}


def _leaves(group: Any, prefix: str = "") -> dict[str, type]:
    leaves: dict[str, type] = {}
    for key, value in group.items():
        nested = isinstance(value, dict)
        leaves |= _leaves(value, f"{prefix}{key}.") if nested else {prefix + key: type(value)}
    return leaves


def _value(chance: random.Random, key: str, kind: type) -> str:
    name = key.rpartition(".")[2]
    odd = chance.random() < 0.3
    if name in USUAL and not odd:
        return chance.choice(USUAL[name].split())
    if name in READ:
        return texts.readable(chance)
    if name in WRITTEN:
        return texts.writable(chance)
    if kind is int:  # broken or far too large; between, it would only take long
        return chance.choice([*texts.HUGE, *texts.BROKEN] if odd else ["1", "2", "5"])
    if kind is float:
        return texts.number(chance) if odd else chance.choice(["0", "0.5", "1"])
    if kind is bool:
        return texts.text(chance) if odd else chance.choice(["true", "false"])
    return texts.text(chance)


def _slipped(chance: random.Random, words: list[str]) -> list[str]:
    """Sometimes with a flag, a misspelt key, or a word that is no setting at all."""
    kind = chance.random()
    if kind < 0.06:
        words += chance.choice(FLAGS).split(" ")
    elif kind < 0.12 and words:
        key, _, value = chance.choice(words).partition("=")
        sign = chance.choice(["", "+", "++", "~"])
        words.append(f"{sign}{texts.misspelt(chance, key)}={value}")
    elif kind < 0.15:
        words.append(texts.text(chance))
    return words
