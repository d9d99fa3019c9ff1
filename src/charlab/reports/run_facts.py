"""Runs on disk as plain records: what a comparison is made from."""

import glob
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # OmegaConf's own

from charlab.errors import RunError
from charlab.files import user_path
from charlab.reports.wording import setting
from charlab.runs import true_status

_METRICS = "metrics.json"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # is a class
    """Reads as OmegaConf does ("1e-3" is a number), some ten times faster: runs may be hundreds."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)


@dataclass(frozen=True)
class RunFacts:
    """One run.

    Attributes:
        folder: where it is.
        status: as in ``metrics.json``; "died" if it says "running" and no process has the folder,
            "unreadable" if that file is damaged.
        figures: its numbers, keys as in ``metrics.json``.
        settings: "model.hidden_size" -> its text, what was left open decided; as composed of a run
            whose ``environment.json`` has none; None if it has no ``.hydra/config.yaml`` either.
        overrides: what made it, in Hydra's syntax.
        fingerprint: of its data; None if unknown.
    """

    folder: Path
    status: str
    figures: dict[str, float]
    settings: dict[str, str] | None
    overrides: tuple[str, ...] = ()
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
        end = "" if not matches else f" a {_METRICS}"
        raise RunError(
            f"report.py: runs={pattern}: {what}{end}; give folders of runs, such as "
            "runs='outputs/generate/names/*/*' (in quotes)"
        )
    return sorted(folders)


def read_run(folder: Path) -> RunFacts:
    """What a run's folder says, as far as it can be read."""
    metrics, hydra = _read_json(folder / _METRICS), folder / ".hydra"
    status = "unreadable" if metrics is None else str(metrics.get("status", "unknown"))
    environment = _read_json(folder / "environment.json") or {}
    fingerprint = environment.get("dataset_fingerprint")
    return RunFacts(
        folder=folder,
        status=true_status(folder, status),
        figures={key: value for key, value in (metrics or {}).items() if _is_number(value)},
        settings=_settings(environment.get("settings") or _read_yaml(hydra / "config.yaml")),
        overrides=_overrides(hydra / "overrides.yaml"),
        fingerprint=fingerprint if isinstance(fingerprint, str) else None,
    )


def _metrics_below(match: Path) -> list[Path]:
    if match.name == _METRICS:
        return [match]
    if not match.is_dir():
        return []
    own = match / _METRICS
    return [own] if own.is_file() else list(match.rglob(_METRICS))


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _settings(data: Any) -> dict[str, str] | None:
    return _flat(data) if isinstance(data, dict) else None


def _overrides(path: Path) -> tuple[str, ...]:
    data = _read_yaml(path)
    return tuple(str(word) for word in data) if isinstance(data, list) else ()


def _read_yaml(path: Path) -> Any:
    """Plain YAML; None if it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _flat(options: Mapping[Any, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in options.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = repr(value) if isinstance(value, float) else setting(value)
    return flat


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
