"""Commands without Hydra: ``key=value`` words, taken literally and read by their key's type."""

import dataclasses
import typing
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from charlab.config.constraints import one_of
from charlab.config.fields import type_of
from charlab.config.help_layout import headed
from charlab.config.unknown_words import no_setting, no_value, unknown_key
from charlab.config.validation import WANTED
from charlab.errors import ConfigError
from charlab.system.entry_point import command_line

T = TypeVar("T")
HELP = "help"
FLAGS = ("--help", "--version")
SEVERAL = "several"


def argument(
    default: Any,
    meaning: str,
    *,
    key: str | None = None,
    choices: tuple[str, ...] = (),
    several: bool = False,
) -> Any:
    """A field of a command's options: its default, what ``--help`` says of it, and how it is typed.

    It is typed as it is called, unless ``key`` says otherwise. With ``several``, commas may divide
    values: see :mod:`charlab.config.variants`.

    Args:
        choices: the values that there are, where they can be listed.
    """
    meaning += "; several: A,B" * several
    known = {HELP: meaning, "key": key, "rule": one_of(*choices), SEVERAL: several}
    return dataclasses.field(default=default, metadata=known)


def _typed(field: "dataclasses.Field[Any]") -> str:
    return field.metadata["key"] or field.name


class CommandArguments:
    """What a command understands: a dataclass whose fields are made by :func:`argument`.

    Attributes:
        command: the command's name.
        purpose: what it does.
        examples: words that it may be given.
        bare: the setting that a word by itself is taken for, in a message.
    """

    command: ClassVar[str]
    purpose: ClassVar[str]
    examples: ClassVar[tuple[str, ...]]
    bare: ClassVar[str] = "run"


def parse_arguments(schema: type[T], arguments: Sequence[str]) -> T:
    """Reads a command's words. Everything after the first ``=`` is the value, to the letter.

    Args:
        schema: a dataclass whose fields are made by :func:`argument`.

    Raises:
        ConfigError: a line for each word that cannot be read.
    """
    types_ = typing.get_type_hints(schema)
    fields = {_typed(field): field for field in dataclasses.fields(schema)}  # type: ignore[arg-type]
    names = {key: field.name for key, field in fields.items()}
    hints = {key: types_[name] for key, name in names.items()}
    values: dict[str, Any] = {}
    faults: list[str] = []
    waiting = list(arguments)
    while waiting:
        item = waiting.pop(0)
        key, equals, value = item.partition("=")
        if item.startswith("-") or not equals:
            bare = getattr(schema, "bare", "")
            faults.append(
                no_setting(item, next(iter(waiting), None), list(hints), FLAGS, bare=bare)
            )
            if not equals and waiting and "=" not in waiting[0] and not waiting[0].startswith("-"):
                waiting.pop(0)  # its value
        elif key not in hints:
            faults.append(unknown_key(key, list(hints)))
        else:
            try:
                values[names[key]] = convert(hints[key], value)
                rule = fields[key].metadata["rule"]
                if rule.choices and not rule.holds(value):
                    faults.append(f"{key}= {no_value(rule, value)}")
            except ValueError:
                faults.append(f"{key}= must be {WANTED[type_of(hints[key])]}, got {value!r}")
    if faults:
        raise ConfigError(*faults)
    return schema(**values)


def keys_of(schema: type[CommandArguments]) -> list[str]:
    """The keys that a command understands, as they are typed."""
    given: Any = schema  # a dataclass
    return [_typed(field) for field in dataclasses.fields(given)]


def wants_help(arguments: Sequence[str]) -> bool:
    """Whether the user asks what a command can do."""
    return any(item in ("--help", "-h", "help") for item in arguments)


def describe(schema: type[CommandArguments]) -> str:
    """What ``--help`` prints."""
    given: Any = schema  # a dataclass
    fields = sorted(dataclasses.fields(given), key=lambda field: "." in _typed(field))
    name = schema.command.removesuffix(".py")
    started = f"python {name}" if name == schema.command else command_line(name)
    rows = []
    for field in fields:
        default = "" if field.default in (None, "") else str(field.default)
        default = default.lower() if isinstance(field.default, bool) else default
        rows.append((f"{_typed(field)}={default}", field.metadata[HELP]))
    title = "Words (KEY=VALUE, with their defaults; the value is taken literally):"
    examples = (f"  {started} {example}" for example in schema.examples)
    return "\n".join(
        [f"{schema.command}: {schema.purpose}", "", *examples, "", *headed(title, rows)]
    )


def convert(hint: Any, value: str) -> Any:
    """A word's value as the type that is asked for.

    Raises:
        ValueError: if it is none.
    """
    kind = type_of(hint)
    if kind is bool:
        if value.lower() not in ("true", "false"):
            raise ValueError(value)
        return value.lower() == "true"
    return kind(value)
