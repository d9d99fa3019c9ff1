"""From plain data to a typed configuration, with every fault found at once.

Works on what Hydra composed, on what a checkpoint holds and on words of a command line alike.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from charlab.config.rules import CHOICE, FREE_TEXT, RULE
from charlab.errors import ConfigError
from charlab.registry import nearest

T = TypeVar("T")


class _FaultError(Exception):
    """One setting's fault, before its key is known."""


def build(schema: type[T], data: Mapping[str, Any], *, hints: bool = True) -> T:
    """Checks plain data against a schema dataclass and makes an instance of it.

    Args:
        schema: a dataclass of :mod:`charlab.config.schema`.
        data: nested mappings, lists and scalars.
        hints: whether to suggest the nearest known key for an unknown one.

    Raises:
        ConfigError: one line for every unknown or missing key, wrong type and value out of range.
    """
    faults: list[str] = []
    known = list(dotted_keys(schema, data)) if hints else []
    value = _build_dataclass(schema, data, "", faults, known)
    if faults:
        raise ConfigError("\n".join(faults))
    return typing.cast(T, value)


def dotted_keys(schema: type, data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """All leaf keys of a schema ("model.hidden_size"), for the options that ``data`` chooses."""
    for field, hint in _fields(schema):
        part = data.get(field.name)
        nested = _nested_schema(field, hint, part)
        if nested is None:
            yield prefix + field.name
        else:
            inner = part if isinstance(part, Mapping) else {}
            yield from dotted_keys(nested, inner, f"{prefix}{field.name}.")


def free_text_keys(schema: type, prefix: str = "") -> Iterator[str]:
    """The dotted keys whose values are the user's own words."""
    for field, hint in _fields(schema):
        if field.metadata.get(FREE_TEXT):
            yield prefix + field.name
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from free_text_keys(hint, f"{prefix}{field.name}.")


def to_plain(value: Any) -> Any:
    """A dataclass instance as nested dicts, lists and scalars: what a checkpoint may hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def unknown_key(key: str, known: list[str]) -> str:
    """The line about a key that does not exist, with the nearest that does."""
    by_last = {k.rsplit(".", 1)[-1]: k for k in known}
    last = key.rsplit(".", 1)[-1]
    if key not in known and last in by_last:
        return f"unknown setting {key!r}: did you mean {by_last[last]!r}?"
    return f"unknown setting {key!r}: {nearest(key, known)}"


def _fields(schema: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(schema)
    for field in dataclasses.fields(schema):
        yield field, hints[field.name]


def _nested_schema(field: dataclasses.Field[Any], hint: Any, part: Any) -> type | None:
    options: dict[str, type] | None = field.metadata.get(CHOICE)
    if options is not None:
        name = part.get("name") if isinstance(part, Mapping) else None
        return options.get(str(name), next(iter(options.values())))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return hint
    return None


def _build_dataclass(
    schema: type, data: Any, prefix: str, faults: list[str], known: list[str]
) -> Any:
    before = len(faults)
    if not isinstance(data, Mapping):
        faults.append(f"{prefix.rstrip('.') or 'the configuration'} must be a group of settings")
        return None
    values: dict[str, Any] = {}
    fields = {f.name: (f, hint) for f, hint in _fields(schema)}
    faults += [unknown_key(f"{prefix}{key}", known) for key in data if key not in fields]
    for name, (field, hint) in fields.items():
        key = prefix + name
        if name not in data:
            faults.append(f"setting {key!r} is missing")
            continue
        values[name] = _build_field(field, hint, data[name], key, faults, known)
    return schema(**values) if len(faults) == before else None


def _build_field(
    field: dataclasses.Field[Any], hint: Any, value: Any, key: str, faults: list[str], known: Any
) -> Any:
    options: dict[str, type] | None = field.metadata.get(CHOICE)
    if options is not None and isinstance(value, Mapping) and value.get("name") not in options:
        word = str(value.get("name"))
        faults.append(f"{key}.name={word!r} is unknown: {nearest(word, sorted(options))}")
        return None
    nested = _nested_schema(field, hint, value)
    if nested is not None:
        return _build_dataclass(nested, value, f"{key}.", faults, known)
    try:
        converted = _convert(hint, value)
        rule = field.metadata.get(RULE)
        if rule is not None and converted is not None and not rule.holds(converted):
            raise _FaultError(f"must be {rule.text}, got {value!r}")
    except _FaultError as fault:
        faults.append(f"{key} {fault}")
        return None
    return converted


def _convert(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if value is None:
            return None
        return _convert(inner[0], value)
    if origin is tuple:
        return _convert_tuple(typing.get_args(hint), value)
    return _convert_scalar(hint, value)


def _convert_tuple(parts: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)) or len(value) != len(parts):
        raise _FaultError(f"must be a list of {len(parts)} numbers, got {value!r}")
    return tuple(_convert_scalar(part, item) for part, item in zip(parts, value, strict=True))


_WANTED = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


def _convert_scalar(kind: type, value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is float and is_number and math.isfinite(value):
        return float(value)
    if kind is int and is_number and float(value).is_integer():
        return int(value)  # 1e4 is how people write ten thousand
    if kind is str and (is_number or isinstance(value, str)):
        return str(value)
    raise _FaultError(f"must be {_WANTED[kind]}, got {value!r}")
