"""The comments of a YAML file, by the settings that they explain."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # OmegaConf's own


def read_comments(path: Path, package: str) -> tuple[str, dict[str, str]]:
    """What a configuration's file says of itself, and of each of its settings.

    A setting's comment stands behind its value, or in the lines above it.

    Args:
        package: where its settings belong in the whole ("model"); "": at the root.

    Returns:
        The comment at the file's beginning; comments by dotted keys.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    prefix = "" if package in ("", "_global_") else f"{package}."
    first = next((n for n, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
    head = _joined(line for line in lines[:first] if "@package" not in line)
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:
        root = None  # Hydra says what is wrong with it
    return head, dict(_of_settings(root, prefix, lines, first))


def first_sentence(text: str) -> str:
    """A text to its first full stop, or to the colon before a command."""
    sentence = re.split(r"(?<=\.) (?=[A-Z])|(?<=:) (?=python )", text)[0]
    return sentence.rstrip(":. ")


def _of_settings(node: Any, prefix: str, lines: list[str], head: int) -> Iterator[tuple[str, str]]:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        is_block = isinstance(value, yaml.MappingNode) and not value.flow_style
        end = key.end_mark if is_block else value.end_mark
        behind = lines[end.line][end.column :].lstrip(":").strip() if end.line < len(lines) else ""
        comment = _joined([behind] if behind.startswith("#") else [])
        comment = comment or _above(lines, key.start_mark.line, head)
        if comment:
            yield name, comment
        if is_block:
            yield from _of_settings(value, f"{name}.", lines, head)


def _above(lines: list[str], line: int, head: int) -> str:
    """The comment in the lines above a setting, which do not belong to the file's beginning."""
    first = line
    while first > head and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return _joined(lines[first:line])


def _joined(comments: Any) -> str:
    return " ".join(text for line in comments if (text := line.strip().lstrip("#").strip()))
