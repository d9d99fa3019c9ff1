"""What the commands without Hydra understand."""

import os
from dataclasses import dataclass, fields

from charlab.config.cli_args import CommandArguments, argument
from charlab.config.task_options import PREDICT, SAMPLE
from charlab.errors import ConfigError

_RUN = "the run: latest, a run's folder, a checkpoint, or a file .safetensors"
_AVERAGED = "the average of several: run=A run=B"
_OUTPUT_DIR = "where run=latest looks"
_ACCELERATORS = ("auto", "cpu", "cuda", "mps")
_WEIGHTS = ("float16", "int8", "float32")
_FORMATS = {"": "text", ".txt": "text"} | {f".{form}": form for form in ("csv", "tsv", "jsonl")}


@dataclass(frozen=True)
class _DataWords(CommandArguments):
    """Where a run's data are now, if they are no longer where they were."""

    path: str | None = argument(
        None, "where the run's data are now, if elsewhere", key="dataset.path"
    )
    val_path: str | None = argument(None, "the same of its val part", key="dataset.val_path")
    test_path: str | None = argument(None, "the same of its test part", key="dataset.test_path")
    url: str | None = argument(None, "the same of a download", key="dataset.url")

    @property
    def data(self) -> dict[str, str]:
        """What was given, by the dataset's settings."""
        given = {field.name: getattr(self, field.name) for field in fields(_DataWords)}
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class SampleArguments(_DataWords):
    """``sample.py``."""

    command = SAMPLE
    bare = "prompt"
    purpose = "generates text with a trained network"
    examples = (
        'run=latest prompt="The " temperature=0.7 length=500',
        "label=Italian count=20",
        "temperature=0.3,0.7,1.2 label=Italian,Polish count=5",
    )

    run: str = argument("latest", _RUN, several=True)
    prompt: str = argument("", "what the text begins with")
    length: int = argument(
        300, "characters (bytes, words: the run's unit) at most, after the prompt"
    )
    count: int = argument(1, "how many samples")
    temperature: float = argument(
        1.0, "below 1 safer, above 1 wilder, 0 always the likeliest", several=True
    )
    top_k: int | None = argument(
        None, "draw from the k likeliest next characters (bytes, words)", several=True
    )
    top_p: float | None = argument(
        None, "draw from the likeliest ones that hold this share", several=True
    )
    min_length: int = argument(0, "no sample ends before so many characters (bytes, words)")
    stop: str | None = argument(None, "a sample ends before this text")
    banned: str = argument("", "characters that are never generated, nor words with one")
    beam_width: int | None = argument(
        None, "search for the likeliest texts instead of drawing", several=True
    )
    label: str | None = argument(
        None, "generate for this label; without: labels as in training", several=True
    )
    novel_only: bool = argument(False, "reject samples that stand in the training data")
    novelty: bool | None = argument(
        None, "compare with the training data; by itself where run= is a run's folder"
    )
    seed: int | None = argument(None, "same seed, same text", several=True)
    unknown: str = argument(
        "error", "what training never saw of the prompt: error or mark", choices=("error", "mark")
    )
    output: str | None = argument(
        None,
        "a file: .csv (=1 becomes '=1), .tsv, .jsonl or .txt; else the screen",
    )
    format: str | None = argument(None, "text, csv, tsv or jsonl, where no file's ending says it")
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto", choices=_ACCELERATORS)
    output_dir: str = argument("outputs", _OUTPUT_DIR)

    def output_format(self) -> str:
        """What samples are written as: "text", "csv", "tsv" or "jsonl".

        Raises:
            ConfigError: if that is open.
        """
        ending = os.path.splitext(self.output or "")[1].lower()  # noqa: PTH122  # no path to open
        chosen = self.format or _FORMATS.get(ending, "")
        if chosen not in _FORMATS.values():
            raise ConfigError(
                f"format= must be text, csv, tsv or jsonl, got {self.format!r}"
                if self.format is not None
                else f"output={self.output} must end in .txt, .csv, .tsv or .jsonl, or say format="
            )
        return chosen


@dataclass(frozen=True)
class PredictArguments(CommandArguments):
    """``predict.py``."""

    command = PREDICT
    bare = "text"
    purpose = "what a network says of texts: labels, tags, other texts"
    examples = (
        'run=latest text="O\'Brien"',
        "input=names.txt output=labels.csv",
        "< names.txt",
        "run=A run=B text=Müller",
    )

    run: str = argument("latest", f"{_RUN}; {_AVERAGED}", several=True)
    text: str | None = argument(None, "one text; without it and input=, standard input, one a line")
    input: str | None = argument(None, "a file with one text a line")
    output: str | None = argument(
        None, "a file for the answers: .csv (=1 becomes '=1), .tsv, .jsonl; else the screen"
    )
    top: int = argument(3, "how many labels or texts, the likeliest first")
    beam_width: int | None = argument(
        None, "of texts that are written: how many beginnings are carried on; without: 5"
    )
    attention: str | None = argument(
        None, "a PNG file: where the network looks while it writes, of the first 8 texts"
    )
    encoding: str = argument("utf-8", "of the input")
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto", choices=_ACCELERATORS)
    output_dir: str = argument("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class EvaluateArguments(_DataWords):
    """``evaluate.py``."""

    command = "evaluate.py"
    purpose = "exact figures of a run, or of the average of several"
    examples = ("run=latest split=test", "run=A run=B run=C", "run=A run=B as=classify")

    run: str = argument("latest", f"{_RUN}; {_AVERAGED}", several=True)
    split: str = argument("test", "train, val or test", choices=("train", "val", "test"))
    output: str | None = argument(None, "a JSON file for the figures")
    measured_as: str | None = argument(
        None,
        "classify: a run that generates by label tells labels, by p(text | label) p(label)",
        key="as",
        choices=("classify",),
    )
    dynamic_lr: float | None = argument(
        None,
        "besides: the figure of a network that goes on learning at this rate from the text that "
        "it has predicted (Krause et al. 2018); try 0.001",
    )
    dynamic_decay: float = argument(0.02, "how strongly it is drawn back to what it was")
    dynamic_length: int = argument(20, "characters (bytes, words) between two of its steps")
    figure: str | None = argument(None, "a PNG file for the confusion matrix (classification)")
    batch_characters: int = argument(16_384, "characters at once; changes speed and memory only")
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto", choices=_ACCELERATORS)
    output_dir: str = argument("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class LookArguments(_DataWords):
    """``look.py``."""

    command = "look.py"
    purpose = "pictures of a run, and a page that shows them"
    examples = (
        "run=latest",
        "pictures=surprise,unfolded format=svg",
        "run=RUN_A,RUN_B,RUN_C pictures=memory",
        "model=lstm model.num_layers=2 task=classify",
    )

    run: str = argument(
        "latest", f"{_RUN}; several (A,B) are shown on the same axes where they can"
    )
    pictures: str = argument("all", "which: all, or names with commas between")
    split: str = argument("val", "train, val or test", choices=("train", "val", "test"))
    text: str | None = argument(None, "a text to look at instead of one of the split")
    input: str | None = argument(None, "a file with such a text")
    unit: str | None = argument(
        None, "layer:gate:number, as 0:hidden:42, of the picture unit; by itself the strongest"
    )
    output: str | None = argument(None, "a folder; by itself look/ in the (first) run's folder")
    format: str = argument("png", "of the files: png or svg", choices=("png", "svg"))
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto", choices=_ACCELERATORS)
    output_dir: str = argument("outputs", _OUTPUT_DIR)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs, one by one; a folder whose name holds commas is one."""
        whole = os.path.exists(os.path.expanduser(self.run))  # noqa: PTH110, PTH111
        return (self.run,) if whole else tuple(self.run.split(","))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the wanted pictures."""
        return tuple(filter(None, (name.strip() for name in self.pictures.split(","))))


@dataclass(frozen=True)
class ExportArguments(CommandArguments):
    """``export.py``."""

    command = "export.py"
    purpose = "a trained network for other programs: a file of safetensors, or ONNX models"
    examples = ("run=latest format=safetensors", "run=latest format=onnx output=FOLDER")

    run: str = argument("latest", _RUN)
    format: str = argument(
        "safetensors",
        "safetensors, which charlab loads again, or onnx, for other runtimes",
        choices=("safetensors", "onnx"),
    )
    output: str | None = argument(
        None, "a folder, or a file .safetensors; by itself export/ in the run's folder"
    )
    output_dir: str = argument("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class ReportArguments(CommandArguments):
    """``report.py``."""

    command = "report.py"
    bare = "sweep"
    purpose = "writes a page, pictures and a table about a sweep or a set of runs"
    examples = (
        "sweep=latest",
        "runs='outputs/generate/names/*/*' metric=test/perplexity",
    )

    sweep: str | None = argument(
        None, "latest, a sweep's name or its folder; latest if runs= is not given"
    )
    runs: str | None = argument(None, "instead: folders of runs to compare, as a glob")
    metric: str | None = argument(
        None, "of runs=: a key of metrics.json; by itself test/loss or best/val/loss"
    )
    output: str | None = argument(
        None, "a folder; by itself the sweep's own, or a new one in outputs/reports"
    )
    storage: str | None = argument(
        None, "of sweep=: the URL of the storage, where it needs a password"
    )
    output_dir: str = argument("outputs", "where sweep= looks and reports of runs= go")


@dataclass(frozen=True)
class PlayArguments(_DataWords):
    """``play.py``."""

    command = "play.py"
    purpose = "writes a page in which trained networks run: no server, no network"
    examples = ("run=latest", "run=A run=B output=both.html", "weights=int8")

    run: str = argument("latest", f"{_RUN}; two, side by side: run=A run=B", several=True)
    output: str | None = argument(
        None, "the page; by itself play.html in the run's folder, of two runs in this one"
    )
    weights: str = argument(
        "float16",
        "how weights are packed: float16, int8 (half as large), float32",
        choices=_WEIGHTS,
    )
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto", choices=_ACCELERATORS)
    output_dir: str = argument("outputs", _OUTPUT_DIR)
