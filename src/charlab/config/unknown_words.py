"""The line about a word that charlab does not know: what it may have been meant to be."""

import difflib
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from charlab.config.constraints import Rule
from charlab.errors import closest, nearest

# What people type who come from elsewhere, and what it is here: the last part of a setting's key.
_SETTINGS = {
    "accelerator": "device backend",
    "accelerator=cpu": "cpu no_cuda",
    "accelerator=cuda": "cuda gpu",
    "batch_size": "bs minibatch batch_sz batchsize",
    "count": "n num samples num_samples n_samples number",
    "dataset": "data corpus",
    "debug=smoke": "fast_dev_run dry_run smoke_test",
    "devices": "gpus num_gpus n_gpus ngpus num_devices world_size",
    "embedding_size": "embed emb embed_dim embedding_dim n_embd emb_size",
    "encoding": "charset",
    "gradient_clip": "grad_clip clip max_norm gradient_clip_val clip_norm max_grad_norm",
    "hidden_size": "hidden hidden_dim units neurons n_hidden rnn_size width d_model",
    "input": "file infile filename",
    "limit": "max_chars subset",
    "length": "max_length max_len max_new_tokens n_chars num_chars",
    "log_every": "log_interval log_every_n_steps print_every",
    "lr": "learning_rate learningrate eta step_size max_lr",
    "max_epochs": "epochs epoch n_epochs num_epochs nepochs",
    "max_minutes": "minutes timeout time_limit max_time",
    "max_steps": "steps iters iterations max_iters n_iters num_steps",
    "model": "arch architecture cell cell_type network net rnn_type rnn",
    "n_trials": "trials num_trials",
    "nodes": "num_nodes",
    "num_layers": "layers n_layers depth layer",
    "optimizer": "optim optimiser opt",
    "output": "out outfile",
    "output_dir": "out_dir save_dir logdir log_dir results_dir workdir",
    "path": "file filename text input data_path data_dir",
    "patience": "early_stopping early_stop early_stopping_patience",
    "precision": "dtype amp fp16 bf16",
    "prompt": "start seed_text prefix prime primer text context",
    "run": "checkpoint ckpt model weights model_path ckpt_path checkpoint_path resume from",
    "runs": "run",
    "scheduler": "sched lr_scheduler schedule",
    "seed": "random_seed rng manual_seed random_state",
    "seq_len": "sequence_length block_size bptt context_length context window seqlen",
    "temperature": "temp t tau",
    "top": "k n topk num_labels",
    "top_k": "topk k",
    "top_p": "topp p nucleus",
    "unit": "tokenizer token level",
    "validate_every": "val_every eval_every eval_interval val_interval val_check_interval",
    "weight_decay": "wd l2",
    "workers": "n_jobs jobs parallel",
}
_DEEP = 2  # dots in the key of a group inside another
_MEANT: dict[str, list[str]] = {}
for _key, _words in _SETTINGS.items():
    for _word in _words.split():
        _MEANT.setdefault(_word, []).append(_key)

_VALUES = {
    "vanilla": "rnn elman simple simplernn",
    "cuda": "gpu nvidia",
    "mps": "metal apple",
    "bf16": "fp16 half 16 float16 bfloat16 mixed 16-mixed bf16-mixed",
    "float32": "32 fp32 full single",
    "constant": "none fixed flat",
    "mean": "avg average",
    "generate": "lm language_model",
    "grid": "gridsearch",
    "tpe": "bayes bayesian",
}
_MEANT_VALUES = {word: value for value, words in _VALUES.items() for word in words.split()}


def nearest_choice(word: object, choices: Iterable[str]) -> str:
    """The value that another may stand for; empty if none is near."""
    choices = list(choices)
    meant = _MEANT_VALUES.get(str(word).lower(), "")
    return meant if meant in choices else closest(str(word), choices)


def no_value(rule: Rule, value: object) -> str:
    """What is wrong with a value that a rule does not allow, and which was meant."""
    near = nearest_choice(value, rule.choices)
    return f"must be {rule.text}, got {value!r}" + (f": did you mean {near!r}?" if near else "")


def no_choice(group: str, word: str, choices: Sequence[str]) -> str:
    """The line about a choice that a group does not have."""
    if group == "dataset" and re.search(r"[/.\\]", word):
        path = shlex.quote(f"dataset.path={word}")
        return f"{group}={word}: no such choice; for a file of your own: dataset=text {path}"
    meant = nearest_choice(word, choices)
    return f"{group}={word}: no such choice; {nearest(meant or word, list(choices))}"


def unknown_key(key: str, known: Sequence[str], having: Sequence[str] = ()) -> str:
    """The line about a key that does not exist, with the nearest that does.

    Args:
        having: the choices that have it, where it is one that the chosen one has not.
    """
    group = key.rpartition(".")[0]
    if group and any(f"{k}.".startswith(f"{key}.") for k in known):
        others = f"{', '.join(having)} has it" if having else "another choice has"
        chosen = group.partition(".")[0]
        return f"unknown setting {key!r}: the chosen {chosen} has none, {others}"
    near = nearest_key(key, known)
    inside = [k.rpartition(".")[2] for k in known if k.rpartition(".")[0] == group]
    if not near and group and inside:
        return f"unknown setting {key!r}: {group} has {', '.join(inside)}"
    hint = f"did you mean {near!r}?" if near else "--help lists all there are"
    return f"unknown setting {key!r}: {hint}"


def no_setting(
    word: str,
    following: str | None,
    known: Sequence[str],
    flags: Iterable[str] = (),
    choices: Iterable[str] = (),
    bare: str = "",
) -> str:
    """The line about a word that is no ``key=value``: a flag, or a key and value in two words.

    Args:
        following: the word after it.
        flags: those that there are.
        choices: of groups, as they are typed ("model=gru").
        bare: the setting that a word by itself may be the value of; "": of none.
    """
    name, _, value = re.sub("^[-–—]+", "", word).replace(":", "=", 1).partition("=")
    if following is not None and "=" not in following and not following.startswith("-"):
        value = value or following
    name = name.replace("-", "_")
    by_name = {choice.rpartition("=")[2]: choice for choice in choices}
    choice = "" if name in known or value else by_name.get(closest(name, by_name, 0.75), "")
    flag = closest(word, flags, 0.75) if word.startswith("--") else ""
    near, _, given = (name if name in known else choice or nearest_key(name, known)).partition("=")
    value = given or value
    if not near and bare and not word.startswith("-"):
        near, value = bare, word
    if near:
        hint = f"did you mean {near}={shlex.quote(value) if value else '…'}?"
    else:
        hint = f"did you mean {flag}?" if flag else "--help lists what there is"
    return f"{word!r} is not of the form key=value: {hint}"


def nearest_key(key: str, known: Iterable[str]) -> str:
    """The known key that an unknown one may stand for; empty if none is near.

    It may bring its value: ``trainer.accelerator=cuda`` for ``gpu``.
    """
    known = [other for other in known if other != key]
    typed = key.lower().replace("-", "_")
    group, _, last = typed.rpartition(".")
    by_last: dict[str, str] = {}
    for other in sorted(known, key=lambda k: k.count(".")):  # a run's come before a sweep's
        by_last.setdefault(other.rpartition(".")[2], other)
    near_top = {name: other for name, other in by_last.items() if other.count(".") < _DEEP}
    inside = {k.rpartition(".")[2]: k for k in known if k.rpartition(".")[0] == group}
    elsewhere = {} if group and inside else by_last
    return (
        next((k for k in known if k.lower() == typed or (group and k.endswith(f".{typed}"))), "")
        or _synonym(last, inside)
        or inside.get(_short_for(last, inside) or _like(last, inside if group else (), 0.6), "")
        or (_like(typed, known, 0.85) if group else "")  # a slip in the group's name
        or near_top.get(last, "")  # the group left out, or another one's
        or _synonym(last, by_last)
        or by_last.get(last, "")
        or elsewhere.get(_short_for(last, elsewhere), "")
        or ("" if group else by_last.get(_like(last, by_last, 0.75), ""))
        or ("" if group else inside.get(_like(last, inside, 0.6), ""))
    )


def _like(word: str, choices: Iterable[str], cutoff: float) -> str:
    return next(iter(difflib.get_close_matches(word, list(choices), n=1, cutoff=cutoff)), "")


def _synonym(word: str, settings: Mapping[str, str]) -> str:
    """The setting that goes by another name elsewhere, with a value where the name holds one."""
    for meant in _MEANT.get(word, ()):
        name, equals, value = meant.partition("=")
        if name in settings:
            return f"{settings[name]}{equals}{value}"
    return ""


def _short_for(word: str, choices: Iterable[str]) -> str:
    """The shortest choice of whose parts a word's are the beginnings: "temp", "epochs", "lr"."""
    parts = word.split("_")
    initials = "".join(part[:1] for part in parts)
    fits = [c for c in choices if len(word) > 2 and _are_beginnings(parts, c.split("_"))]
    fits += [choice for choice in choices if choice == initials != word[:1]]
    return min(fits, key=len, default="")


def _are_beginnings(parts: Sequence[str], of: Sequence[str]) -> bool:
    """Whether each part begins one of the others, or is begun by it, in their order."""
    rest = iter(of)
    return all(
        any(full.startswith(part) or (len(full) > 2 and part.startswith(full)) for full in rest)
        for part in parts
    )
