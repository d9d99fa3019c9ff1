"""What the doors without Hydra understand."""

from dataclasses import dataclass

from charlab.config.words import word

_RUN = "the run: latest, a run's folder, or a checkpoint"
_OUTPUT_DIR = "where run=latest looks"
_ACCELERATOR = "cpu, cuda, mps or auto"


@dataclass(frozen=True)
class _DataWords:
    """Where a run's data are now, if they are no longer where they were."""

    path: str | None = word(None, "where the run's data are now, if elsewhere", key="dataset.path")
    val_path: str | None = word(None, "the same of its val part", key="dataset.val_path")
    test_path: str | None = word(None, "the same of its test part", key="dataset.test_path")
    url: str | None = word(None, "the same of a download", key="dataset.url")

    @property
    def data(self) -> dict[str, str]:
        """What was given, by the dataset's settings."""
        words = {name: getattr(self, name) for name in _DataWords.__dataclass_fields__}
        return {name: value for name, value in words.items() if value is not None}


@dataclass(frozen=True)
class SampleWords(_DataWords):
    """``sample.py``."""

    run: str = word("latest", _RUN)
    prompt: str = word("", "what the text begins with")
    length: int = word(300, "characters (bytes, words: the run's unit) at most, after the prompt")
    count: int = word(1, "how many samples")
    temperature: float = word(1.0, "below 1 safer, above 1 wilder, 0 always the likeliest")
    top_k: int | None = word(None, "draw from the k likeliest next characters (bytes, words)")
    top_p: float | None = word(None, "draw from the likeliest ones that hold this share")
    min_length: int = word(0, "no sample ends before so many characters (bytes, words)")
    stop: str | None = word(None, "a sample ends before this text")
    banned: str = word("", "characters that are never generated, nor words with one")
    beam_width: int | None = word(None, "search for the likeliest texts instead of drawing")
    label: str | None = word(None, "generate for this label; without: labels as in training")
    novel_only: bool = word(False, "reject samples that stand in the training data")
    novelty: bool | None = word(
        None, "compare with the training data; by itself where run= is a run's folder"
    )
    seed: int | None = word(None, "same seed, same text")
    unknown: str = word("error", "what training never saw of the prompt: error or mark")
    accelerator: str = word("cpu", _ACCELERATOR)
    output_dir: str = word("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class PredictWords:
    """``predict.py``."""

    run: str = word("latest", _RUN)
    text: str | None = word(None, "one text; without it and input=, standard input, one a line")
    input: str | None = word(None, "a file with one text a line")
    output: str | None = word(None, "a CSV file for the answers (=1 becomes '=1); else the screen")
    top: int = word(3, "how many labels, the likeliest first")
    encoding: str = word("utf-8", "of the input")
    accelerator: str = word("cpu", _ACCELERATOR)
    output_dir: str = word("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class EvaluateWords(_DataWords):
    """``evaluate.py``."""

    run: str = word("latest", _RUN)
    split: str = word("test", "train, val or test")
    output: str | None = word(None, "a JSON file for the figures")
    figure: str | None = word(None, "a PNG file for the confusion matrix (classification)")
    batch_characters: int = word(16_384, "characters at once; changes speed and memory only")
    accelerator: str = word("cpu", _ACCELERATOR)
    output_dir: str = word("outputs", _OUTPUT_DIR)


@dataclass(frozen=True)
class ReportWords:
    """``report.py``."""

    sweep: str | None = word(
        None, "latest, a sweep's name or its folder; latest if runs= is not given"
    )
    runs: str | None = word(None, "instead: folders of runs to compare, as a glob")
    metric: str | None = word(
        None, "of runs=: a key of metrics.json; by itself test/loss or best/val/loss"
    )
    output: str | None = word(
        None, "a folder; by itself the sweep's own, or a new one in outputs/reports"
    )
    storage: str | None = word(None, "of sweep=: the URL of the storage, where it needs a password")
    output_dir: str = word("outputs", "where sweep= looks and reports of runs= go")
