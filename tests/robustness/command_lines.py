"""Command lines of every command, some of them sensible, most of them not quite."""

import random
from collections.abc import Callable, Sequence

from tests.robustness import texts
from tests.robustness.asking import Asked
from tests.robustness.worlds import TINY, World

Value = Callable[[random.Random], str]


def some(*values: str, odd: Value = texts.number, share: float = 0.25) -> Value:
    """Mostly one of these values, else an odd one."""
    return lambda chance: odd(chance) if chance.random() < share else chance.choice(values)


free: Value = texts.text
RARELY = 0.03
ACCELERATOR = some("cpu", "auto", "cpu", odd=texts.text, share=0.1)


def size(*values: str) -> Value:
    """How much is computed: sensible, broken or far too large; between, it would only take long."""

    def choose(chance: random.Random) -> str:
        kind = chance.random()
        if kind < 0.7:
            return chance.choice(values)
        if kind < 0.8:
            return chance.choice(texts.HUGE)
        return chance.choice(["0", "-1", "", "1.5", "many", "nan", "1e400", "１２", " 3", "null"])

    return choose


SAMPLE: dict[str, Value] = {
    "prompt": free,
    "length": size("1", "5", "20"),
    "count": size("1", "2", "3"),
    "temperature": some("0", "0.7", "1", "5"),
    "top_k": some("1", "3", "100"),
    "top_p": some("0.1", "0.9", "1"),
    "min_length": size("0", "1", "3"),
    "stop": free,
    "banned": free,
    "beam_width": size("1", "2", "4"),
    "label": some("Orkish", "Èlfico", "E\u0300lfico", odd=texts.text, share=0.5),
    "novel_only": some("true", "false", odd=texts.text),
    "novelty": some("true", "false", odd=texts.text),
    "seed": some("0", "1", "7"),
    "unknown": some("error", "mark", "mark", odd=texts.text),
    "accelerator": ACCELERATOR,
}
PREDICT: dict[str, Value] = {
    "text": free,
    "input": some("in.txt", "nofile.txt", ".", odd=texts.readable),
    "output": some("out.csv", "sub/out.csv", ".", odd=texts.writable),
    "top": some("1", "2", "3", "18"),
    "encoding": some("utf-8", "latin-1", "utf-16", "utf-8-sig", odd=texts.text),
    "accelerator": ACCELERATOR,
}
EVALUATE: dict[str, Value] = {
    "split": some("train", "val", "test", odd=texts.text),
    "output": some("out.json", "sub/out.json", ".", odd=texts.writable),
    "figure": some("out.png", "sub/x.png", odd=texts.writable),
    "batch_characters": some("1", "100", "16384"),
    "accelerator": ACCELERATOR,
}
REPORT: dict[str, Value] = {
    "sweep": some("latest", "study", odd=texts.readable),
    "runs": texts.readable,
    "metric": some("val/loss", "test/perplexity", "status", odd=texts.text),
    "output": some("rep", "a/b/c", odd=texts.writable),
    "storage": some("sqlite:///x.db", "sqlite://", "x://y", "postgresql://127.0.0.1:1/x"),
    "output_dir": some("outputs", "nowhere", odd=texts.writable),
}
TRAIN: dict[str, Value] = {
    "model": some("vanilla", "lstm", "gru", odd=texts.text),
    "task": some("generate", "classify", odd=texts.text),
    "dataset": some("names", "text", "table", odd=texts.text),
    "optimizer": some("adam", "adamw", "sgd", odd=texts.text),
    "scheduler": some("cosine", "linear", "constant", odd=texts.text),
    "experiment": some("gru_text", "bilstm_names", odd=texts.text, share=0.5),
    "debug": some("smoke", odd=texts.text, share=0.8),
    "model.hidden_size": size("4", "8"),
    "model.num_layers": size("1", "2"),
    "model.embedding_size": size("0", "4"),
    "model.dropout": some("0", "0.5"),
    "model.bidirectional": some("true", "false", odd=texts.text),
    "model.kernel": some("fused", "reference", odd=texts.text),
    "dataset.path": texts.readable,
    "dataset.val_path": texts.readable,
    "dataset.name": free,
    "dataset.encoding": some("utf-8", "latin-1", odd=texts.text),
    "dataset.text_column": free,
    "dataset.label_column": free,
    "dataset.unit": some("char", "byte", "word", odd=texts.text),
    "dataset.min_count": some("1", "2"),
    "dataset.normalize": some("none", "nfkc", "ascii", "lower+nfc", odd=texts.text),
    "dataset.limit": some("200", "1000"),
    "dataset.layout": some("auto", "sequences", "stream", odd=texts.text),
    "dataset.seq_len": size("4", "16"),
    "dataset.batch_size": size("2", "8"),
    "dataset.split.fractions": some("[0.8,0.1,0.1]", "[1,0,0]", "[0.5,0.5,0]", "[]", "[nan,0,1]"),
    "dataset.split.seed": some("0", "5"),
    "task.monitor": some("val/loss", "val/perplexity", "val/accuracy", odd=texts.text),
    "task.condition_on_label": some("true", "false", "null", odd=texts.text),
    "task.samples.length": size("1", "8"),
    "task.samples.temperature": some("0", "1"),
    "optimizer.lr": some("1e-3", "0.1"),
    "optimizer.betas": some("[0.9,0.99]", "[0.9]", "0.9", "[a,b]"),
    "scheduler.warmup": some("0", "0.5"),
    "trainer.precision": some("auto", "float32", "bf16", odd=texts.text),
    "trainer.gradient_clip": some("1", "null"),
    "trainer.patience": some("1", "3"),
    "trainer.accumulate": size("1", "2"),
    "trainer.log_every": some("1", "5"),
    "trainer.overfit": some("true", "false", odd=texts.text),
    "seed": some("1", "2"),
    "output_dir": texts.writable,
    "sweep": some("optuna", odd=texts.text),
}
FLAGS = [
    "--help", "-h", "help", "--version", "--resolve", "--shell-completion", "--cfg", "--cfg job",
    "--cfg job --resolve", "--info", "--info all", "--epochs 3", "--multirun", "--hydra-help", "-v",
    "--config-name x", "--config-dir /nope", "--config-path x", "--package a", "--run", "--lr=3",
    "--experimental-rerun x", "-x", "--", "-", "resume=latest", "resume=", "resume=/nope", "=", "=x",
]  # fmt: skip
DATA_KEYS = [key for key in TRAIN if key.startswith("dataset")] + ["output_dir"]


def command_line(chance: random.Random, worlds: Sequence[World]) -> Asked:
    """A command line of any command; the quick ones more often."""
    script, keys = chance.choices(
        [("sample.py", SAMPLE), ("predict.py", PREDICT), ("evaluate.py", EVALUATE),
         ("report.py", REPORT), ("train.py", TRAIN), ("inspect_data.py", TRAIN)],
        weights=[42, 28, 14, 8, 5, 3],
    )[0]  # fmt: skip
    if script in ("train.py", "inspect_data.py"):
        words = _composed(chance, worlds, script)
    else:
        task = {"sample.py": "generate", "predict.py": "classify"}.get(script)
        fit = [w for w in worlds if task is None or w.task == task or chance.random() < RARELY]
        run = chance.choice(fit).run
        place = "runs" if script == "report.py" else "run"
        words = [f"{place}={run}"] if chance.random() > RARELY else [f"{place}={texts.readable(chance)}"]
        chosen = chance.sample(sorted(keys), chance.randint(0, min(4, len(keys))))
        words += [f"{key}={keys[key](chance)}" for key in chosen]
        _slip(chance, words)
    odd = free(chance)
    stdin = chance.choice([b"", b"ab\ncd\n", odd.encode(errors="replace"), odd.encode("cp1252", "replace")])
    return Asked(script, tuple(words), stdin, terminal=chance.random() < 0.5)


def _composed(chance: random.Random, worlds: Sequence[World], script: str) -> list[str]:
    """Words for a command that Hydra composes: small settings first, the odd ones after them."""
    world = chance.choice(worlds)
    words = [*TINY, "task.samples.count=1", "trainer.max_minutes=0.1", f"dataset={world.source}"]
    words += [f"dataset.path={world.data}"]
    keys = DATA_KEYS if script == "inspect_data.py" else sorted(TRAIN)
    chosen = [f"{key}={TRAIN[key](chance)}" for key in chance.sample(keys, chance.randint(1, 3))]
    _slip(chance, chosen)
    return words + chosen


def _slip(chance: random.Random, words: list[str]) -> None:
    """Sometimes a flag, a misspelt key, or a word that is no setting at all."""
    kind = chance.random()
    if kind < 0.06:
        words += chance.choice(FLAGS).split(" ")
    elif kind < 0.12 and words:
        key, _, value = chance.choice(words).partition("=")
        words.append(f"{chance.choice(['', '+', '++', '~'])}{texts.misspelt(chance, key)}={value}")
    elif kind < 0.15:
        words.append(free(chance))
