"""Runs on disk as plain records: what a comparison is made from."""

import glob
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charlab.errors import RunError
from charlab.reports.formatting import is_number, setting
from charlab.runs.folder import true_status
from charlab.runs.saved_config import read_overrides, read_yaml
from charlab.system.files import read_json, user_path

METRICS = "metrics.json"


@dataclass(frozen=True)
class RunFacts:
    """One run.

    Attributes:
        folder: where it is.
        status: as in ``metrics.json``; "died" if it says "running" and no process has the folder,
            "unreadable" if that file is damaged.
        metrics: its numbers, keys as in ``metrics.json``.
        settings: "model.hidden_size" -> its text, what was left open decided; as composed of a run
            whose ``environment.json`` has none; None if it has no ``.hydra/config.yaml`` either.
        overrides: what made it, in Hydra's syntax.
        problem: why a part of it could not be read; None if all of it was.
        fingerprint: of its data; None if unknown.
    """

    folder: Path
    status: str
    metrics: dict[str, float]
    settings: dict[str, str] | None
    overrides: tuple[str, ...] = ()
    problem: str | None = field(default=None, compare=False)
    fingerprint: str | None = field(default=None, compare=False)

    @property
    def seed(self) -> str | None:
        """The run's seed."""
        return None if self.settings is None else self.settings.get("seed")


def find_runs(pattern: str) -> list[Path]:
    """Folders of runs that match a pattern, or lie below what matches; sorted.

    Args:
        pattern: a folder, or a glob ("outputs/generate/names/*/*", "**" goes down any depth).

    Raises:
        RunError: if there is none.
    """
    if not pattern:
        raise RunError("report.py: runs= is empty: give folders of runs, as a glob")
    path = user_path(pattern)
    # a folder's own name may hold brackets
    matches = (
        [path] if path.exists() else [Path(p) for p in glob.glob(str(path), recursive=True)]  # noqa: PTH207
    )
    folders = {file.parent for match in matches for file in _metrics_below(match)}
    if not folders:
        what = "nothing matches" if not matches else "no folder there holds"
        end = "" if not matches else f" a {METRICS}"
        raise RunError(
            f"report.py: runs={pattern}: {what}{end}; give folders of runs, such as "
            "runs='outputs/generate/names/*/*' (in quotes)"
        )
    return sorted(folders)


def read_run(folder: Path) -> RunFacts:
    """What a run's folder says, as far as it can be read."""
    problems: list[str] = []

    def part(name: str, read: Callable[[Path], dict[str, Any]]) -> dict[str, Any] | None:
        """What a file of the folder holds; None, and a problem, if it cannot be read."""
        try:
            return read(folder / name)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems.append(f"{name} cannot be read: {' '.join(str(reason).split())}")
            return None

    metrics = part(METRICS, read_json)
    status = "unreadable" if metrics is None else str(metrics.get("status", "unknown"))
    composed = part(".hydra/config.yaml", lambda path: _flat(read_yaml(path)))
    problem = problems[0] if problems else None
    environment = part("environment.json", read_json) or {}
    resolved = environment.get("settings")
    fingerprint = environment.get("dataset_fingerprint")
    return RunFacts(
        folder=folder,
        status=true_status(folder, status),
        metrics={key: value for key, value in (metrics or {}).items() if is_number(value)},
        settings=_flat(resolved) if isinstance(resolved, Mapping) else composed,
        overrides=read_overrides(folder) or (),
        problem=problem,
        fingerprint=fingerprint if isinstance(fingerprint, str) else None,
    )


def _metrics_below(match: Path) -> list[Path]:
    if match.name == METRICS:
        return [match]
    own = match / METRICS
    return [own] if own.is_file() else list(match.rglob(METRICS))


def _flat(options: Any, prefix: str = "") -> dict[str, str]:
    if not isinstance(options, Mapping):
        raise ValueError("it holds no settings")
    flat: dict[str, str] = {}
    for name, value in options.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = repr(value) if isinstance(value, float) else setting(value)
    return flat
