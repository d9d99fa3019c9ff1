"""The progress of a run on the screen: a bar in a terminal or a notebook, plain lines elsewhere."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
from rich.progress import BarColumn, Progress, RenderableColumn
from rich.text import Text

from charlab.system.notebook import NotebookBar, in_notebook
from charlab.system.style import Part, line, styled
from charlab.system.terminal import console, duration, say, screen_width
from charlab.training.module import TrainingModule

_SECONDS_BETWEEN_LINES = 30.0
_BAR = 18  # columns
_GAP = "  "


class ProgressDisplay(pl.Callback):
    """Shows loss, perplexity, characters per second and, while it is true, the time left.

    Args:
        form: "bar", "lines", "none", or "auto" (a bar in a terminal or a notebook,
            else lines).
        best: the best validation metrics so far, as ``best/val/loss`` and so on.
    """

    def __init__(self, form: str, best: Mapping[str, float]) -> None:
        if form == "auto":
            form = "bar" if console.is_terminal or in_notebook() else "lines"
        self._form = form
        self._best = best
        self._bar: _TerminalBar | NotebookBar | None = None
        self._said_at = 0.0
        self._began = (0.0, 0.0)  # share done and seconds when this session began

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Puts up the bar."""
        assert isinstance(pl_module, TrainingModule)
        self._began = (pl_module.limits.share(pl_module.progress), time.monotonic())
        self._said_at = time.monotonic()
        if self._form == "bar":
            self._bar = NotebookBar() if in_notebook() else _TerminalBar()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any
    ) -> None:
        """Moves the bar; says a line now and then during long validation intervals."""
        assert isinstance(pl_module, TrainingModule)
        if self._bar is not None:
            share = pl_module.limits.share(pl_module.progress)
            words = self._line(pl_module, (), screen_width() - _BAR - 1)
            self._bar.update(share, words)
        elif self._form == "lines":
            now = time.monotonic()
            if now - self._said_at >= _SECONDS_BETWEEN_LINES:
                self._said_at = now
                say(self._line(pl_module, (), screen_width()))

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Says how the validation went."""
        assert isinstance(pl_module, TrainingModule)
        if self._form != "none":
            say(self._line(pl_module, ("val",), screen_width()))
        self._said_at = time.monotonic()

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Takes the bar down at the end."""
        self._take_down()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Takes the bar down when the run breaks off: Lightning tears nothing down then."""
        self._take_down()

    def _take_down(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _line(self, module: TrainingModule[Any], splits: Sequence[str], width: int) -> Text:
        """Where the run stands, and as much of its metrics as a line of this width holds."""
        names = [m.name for m in module.task.options.metrics if m.on_progress_line]
        speed = module.metrics.get("speed/train_chars_per_second")
        end: list[Part] = [styled(f"{speed:,.0f} chars/s", "dim")] if speed else []
        if not splits:  # a line that stays would go on to say how much was left
            end += self._left(module)
        first, nothing = names[:1], list[Any]()
        fuller = (names, names, end), (first, names, end), (first, names, nothing)
        for of_train, of_split, rest in (*fuller, (nothing, names, []), (nothing, first, [])):
            shown = [self._values(module, "train", of_train)]
            shown += [self._values(module, split, of_split) for split in splits]
            position = module.limits.position(module.progress)
            parts = [part for piece in filter(None, [*shown, *rest]) for part in (_GAP, piece)]
            found = line(styled(position, "heading"), *parts)
            if found.cell_len <= width:
                break
        return found

    def _values(self, module: TrainingModule[Any], split: str, names: Sequence[str]) -> Text | None:
        """A split's metrics; the one that the best checkpoint goes by is green where it is best."""
        tags = [(name, f"{split}/{name}") for name in names]
        parts: list[Part] = []
        for name, tag in tags:
            if (value := module.metrics.get(tag)) is not None:
                figure = _figure(value)
                monitored = tag == module.task.options.monitor
                is_best = monitored and value == self._best.get(f"best/{tag}")
                parts += [", "] if parts else []
                parts += [f"{name} ", styled(figure, "good") if is_best else figure]
        return line(styled(f"{split} ", "dim"), *parts) if parts else None

    def _left(self, module: TrainingModule[Any]) -> list[Part]:
        (began, at), share = self._began, module.limits.share(module.progress)
        if share <= began:
            return []
        left = (1 - share) * (time.monotonic() - at) / (share - began)
        return [styled(f"{duration(left)} left", "dim")]


class _TerminalBar:
    """A bar with a line of text below what is printed; gone when it stops."""

    def __init__(self) -> None:
        self._words = RenderableColumn(Text("starting"))
        columns = (BarColumn(_BAR), self._words)
        self._bar = Progress(*columns, console=console, transient=True, refresh_per_second=4)
        self._task = self._bar.add_task("", total=1.0)
        self._bar.start()

    def update(self, share: float, words: Text) -> None:
        words.no_wrap = True  # they fit
        self._words.renderable = words
        self._bar.update(self._task, completed=share)

    def stop(self) -> None:
        self._bar.stop()


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.1f}"
