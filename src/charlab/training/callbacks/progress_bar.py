"""The progress of a run on the screen: a bar in a terminal or a notebook, plain lines elsewhere."""

import time
from typing import Any

import pytorch_lightning as pl
from rich.progress import BarColumn, Progress, TextColumn

from charlab.system.notebook import NotebookBar, in_notebook
from charlab.system.terminal import console, duration, say
from charlab.training.module import TrainingModule

_SECONDS_BETWEEN_LINES = 30.0


class ProgressDisplay(pl.Callback):
    """Shows loss, perplexity, characters per second and time left.

    Args:
        form: "bar", "lines", "none", or "auto" (a bar in a terminal or a notebook,
            else lines).
    """

    def __init__(self, form: str) -> None:
        if form == "auto":
            form = "bar" if console.is_terminal or in_notebook() else "lines"
        self._form = form
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
            self._bar.update(share, self._line(pl_module))
        elif self._form == "lines":
            now = time.monotonic()
            if now - self._said_at >= _SECONDS_BETWEEN_LINES:
                self._said_at = now
                say(self._line(pl_module))

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Says how the validation went."""
        assert isinstance(pl_module, TrainingModule)
        if self._form != "none":
            say(self._line(pl_module, "val"))
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

    def _line(self, module: TrainingModule[Any], *splits: str) -> str:
        progress, metrics = module.progress, module.metrics
        epoch = progress.epoch + progress.window / max(1, module.limits.windows_per_epoch)
        parts = [f"epoch {epoch:.1f}", f"step {progress.step}"]
        for split in ("train", *splits):
            names = [m.name for m in module.task.options.metrics if m.on_progress_line]
            shown = {n: metrics[f"{split}/{n}"] for n in names if f"{split}/{n}" in metrics}
            values = ", ".join(f"{name} {value:.3f}" for name, value in shown.items())
            if values:
                parts.append(f"{split} {values}")
        speed = metrics.get("speed/train_chars_per_second")
        if speed:
            parts.append(f"{speed:,.0f} chars/s")
        (began, at), share = self._began, module.limits.share(progress)
        if share > began:
            left = (1 - share) * (time.monotonic() - at) / (share - began)
            parts.append(f"{duration(left)} left")
        return " | ".join(parts)


class _TerminalBar:
    """A bar with a line of text below what is printed; gone when it stops."""

    def __init__(self) -> None:
        columns = (BarColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=console, transient=True, refresh_per_second=4)
        self._task = self._bar.add_task("starting", total=1.0)
        self._bar.start()

    def update(self, share: float, text: str) -> None:
        self._bar.update(self._task, completed=share, description=text)

    def stop(self) -> None:
        self._bar.stop()
