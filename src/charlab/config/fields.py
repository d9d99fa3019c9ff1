"""The fields of a schema: what is annotated of each, and the dotted keys that all have."""

import dataclasses
import functools
import itertools
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from charlab.config.constraints import FREE_TEXT, ByName, Rule
from charlab.config.targets import KEY, Target


@dataclasses.dataclass(frozen=True)
class Field:
    """A schema field: its name, its type, and what is annotated."""

    name: str
    hint: Any
    rule: Rule | None = None
    options: Mapping[str, type] | None = None
    target: type[Target] | None = None
    free_text: bool = False
    optional: bool = False  # a group of settings that may be left out, which is null

    def nested(self, part: Any) -> type | None:
        """The dataclass that a group of settings is checked against; None for a single one."""
        if self.options is not None:
            name = part.get("name") if isinstance(part, Mapping) else None
            return self.options.get(str(name), next(iter(self.options.values())))
        if dataclasses.is_dataclass(self.hint) and isinstance(self.hint, type):
            return self.hint
        return None


@functools.cache
def fields_of(schema: type) -> Mapping[str, Field]:
    """A schema's fields by their names."""
    return {field.name: field for field in _read(schema)}


def _read(schema: type) -> Iterator[Field]:
    for name, hint in typing.get_type_hints(schema, include_extras=True).items():
        if typing.get_origin(hint) is typing.ClassVar:
            continue
        extras = typing.get_args(hint)[1:] if hasattr(hint, "__metadata__") else ()
        kind = typing.get_args(hint)[0] if extras else hint
        first, *others = typing.get_args(kind) or (None,)
        optional = dataclasses.is_dataclass(first) and others == [types.NoneType]
        annotated: dict[type, Any] = {type(extra): extra for extra in extras}
        by_name = annotated.get(ByName)
        yield Field(
            name,
            first if optional else kind,
            rule=annotated.get(Rule),
            options=by_name and by_name.options,
            target=by_name and by_name.target,
            free_text=FREE_TEXT in extras,
            optional=optional,
        )


def dotted_keys(schema: type, data: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """All leaf keys of a schema ("model.hidden_size"), for the options that ``data`` chooses.

    Where it chooses none, the keys of all of them.
    """
    for field in fields_of(schema).values():
        part = data.get(field.name)
        nested = field.nested(part)
        has_target = field.target is not None and isinstance(part, Mapping) and KEY in part
        if has_target or field.hint == dict[str, Target]:
            open_keys = part if isinstance(part, Mapping) else {}
            yield from (key for key, _ in flat(open_keys, f"{prefix}{field.name}."))
        elif field.options is not None and not isinstance(part, Mapping):
            choices = [dotted_keys(o, {}, f"{prefix}{field.name}.") for o in field.options.values()]
            yield from dict.fromkeys(itertools.chain(*choices))
        elif nested is None or (field.optional and field.name in data and part is None):
            yield prefix + field.name
        else:
            inner = part if isinstance(part, Mapping) else {}
            yield from dotted_keys(nested, inner, f"{prefix}{field.name}.")


def choices_with(schema: type, key: str) -> list[str]:
    """The choices of a group that have a setting of it: ``["optimizer=sgd"]``."""
    return [
        f"{field.name}={name}"
        for field in fields_of(schema).values()
        for name, options in (field.options or {}).items()
        if key in dotted_keys(options, {}, f"{field.name}.")
    ]


def free_text_keys(schema: type, prefix: str = "") -> Iterator[str]:
    """The dotted keys whose values are the user's own words."""
    for field in fields_of(schema).values():
        nested = field.nested({}) if field.options is None else None
        if field.free_text:
            yield prefix + field.name
        elif nested is not None:
            yield from free_text_keys(nested, f"{prefix}{field.name}.")


def flat(options: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested options as ("model.hidden_size", 256) and so on."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def type_of(hint: Any) -> Any:
    """The type that is no None."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint
