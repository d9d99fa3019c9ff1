"""How a text is drawn: the knobs a user turns, checked before anything heavy is imported."""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from itertools import pairwise

from charlab.errors import ConfigError

UNKNOWN_POLICIES = ("error", "mark")
SEED_LIMIT = 2**64
MOST_SYMBOLS = 10_000_000  # of one text
MOST_TEXTS = 1_000_000
MOST_BEAMS = 10_000
MOST_AT_ONCE = 1_000_000_000  # tokens of all texts together


@dataclass(frozen=True)
class GenerationConfig:
    """Settings of one generation; each field bears the name that a user types.

    Args:
        length: the most tokens (characters, bytes or words) that follow the prompt.
        temperature: divides the logits; 0 takes the most probable token each time.
        top_k: only the k most probable tokens may be drawn.
        top_p: only the smallest set of tokens that holds this share of the probability may be
            drawn (nucleus sampling: Holtzman et al. 2020, arXiv:1904.09751).
        min_length: a sample's own text has at least this many tokens: before that, neither the
            end mark nor the stop string ends it.
        stop: a sample ends when what was generated ends with this string. The string itself is
            kept out of the text, as the end mark is.
        banned: characters that are never generated (nor words that hold one).
        beam_width: search for the most probable texts with so many hypotheses instead of drawing.
        seed: same seed, same texts; None takes another one each time.
        unknown: what a prompt's characters or words that the model never saw are: an "error", or
            read as the unknown "mark".

    Raises:
        ConfigError: if a value is of the wrong type or out of range, or two exclude each other.
    """

    length: int = 200
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_length: int = 0
    stop: str | None = None
    banned: str = ""
    beam_width: int | None = None
    seed: int | None = None
    unknown: str = "error"

    @classmethod
    def read(cls, options: object, seed: int) -> "GenerationConfig":
        """The settings that a command's options hold.

        Args:
            options: has an attribute for each field.
            seed: where the options have none.

        Raises:
            ConfigError: if a value is out of range, or two exclude each other.
        """
        settings = {field.name: getattr(options, field.name) for field in fields(cls)}
        if settings["seed"] is None:
            settings["seed"] = seed  # one for the labels and the texts, and for all variants
        return cls(**settings)

    def spelled(self, spell: Callable[[str], str]) -> "GenerationConfig":
        """The same with ``stop`` and ``banned`` in a model's spelling.

        Args:
            spell: normalizes a text as the model's training text was.

        Raises:
            ConfigError: if nothing is left of the stop string, or what is banned is a letter with
                a mark of its own, which to the model are two characters.
        """
        banned = spell(self.banned)
        for letter, mark in pairwise(banned):
            if unicodedata.combining(mark) and not unicodedata.combining(letter):
                raise ConfigError(
                    f"banned= holds {letter + mark!r}, which the model reads as two characters, "
                    f"{letter!r} and {mark!r}: give what is meant of them, marks first"
                )
        stop = None if self.stop is None else spell(self.stop)
        if self.stop and not stop:
            raise ConfigError(f"stop={self.stop!r}: the model's normalization leaves nothing of it")
        return replace(self, stop=stop, banned=banned)

    def __post_init__(self) -> None:
        self._check_ranges()
        self._check_texts()
        self._check_together()

    def _check_ranges(self) -> None:
        require_whole("length", self.length, least=1, most=MOST_SYMBOLS)
        require_whole("min_length", self.min_length, least=0)
        _require_number("temperature", self.temperature)
        if self.temperature < 0:
            raise ConfigError(f"temperature= must be 0 (greedy) or more, got {self.temperature}")
        if self.top_k is not None:
            require_whole("top_k", self.top_k, least=1)
        if self.top_p is not None:
            _require_number("top_p", self.top_p)
            if not 0 < self.top_p <= 1:
                raise ConfigError(f"top_p= must be above 0 and at most 1, got {self.top_p}")
        if self.beam_width is not None:
            require_whole("beam_width", self.beam_width, least=1, most=MOST_BEAMS)
        if self.seed is not None:
            require_whole("seed", self.seed, least=0)
            if self.seed >= SEED_LIMIT:
                raise ConfigError(f"seed= must be below 2**64, got {self.seed}")

    def _check_texts(self) -> None:
        for key, value in {"stop": self.stop, "banned": self.banned}.items():
            if not isinstance(value, str) and not (key == "stop" and value is None):
                raise ConfigError(f"{key}= must be text, got {value!r}")
        if self.stop == "":
            raise ConfigError("stop= is empty and would end every sample at once: leave it out")
        if self.unknown not in UNKNOWN_POLICIES:
            choices = " or ".join(UNKNOWN_POLICIES)
            raise ConfigError(f"unknown= must be {choices}, got {self.unknown!r}")

    def _check_together(self) -> None:
        if self.min_length > self.length:
            raise ConfigError(f"min_length={self.min_length} is above length={self.length}")
        # An accent that both hold, each on another letter, is no clash.
        stop, banned = (unicodedata.normalize("NFC", t or "") for t in (self.stop, self.banned))
        clash = [c for c in stop if c in banned]
        if clash:
            raise ConfigError(f"stop= holds {clash[0]!r}, which banned= keeps from being generated")
        if self.beam_width is None:
            return
        drawing = {"temperature": 1.0, "top_k": None, "top_p": None}
        for key, unset in drawing.items():
            if getattr(self, key) != unset:
                raise ConfigError(
                    f"{key}= is about drawing and beam_width= draws nothing: leave one out"
                )


def require_whole(key: str, value: object, *, least: int, most: int | None = None) -> None:
    """Refuses a setting that is no whole number, or out of range.

    Raises:
        ConfigError: if it is.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigError(f"{key}= must be a whole number, got {value!r}")
    if value < least:
        raise ConfigError(f"{key}= must be at least {least}, got {value}")
    if most is not None and value > most:
        raise ConfigError(f"{key}= must be at most {most}, got {value}")


def _require_number(key: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigError(f"{key}= must be a finite number, got {value!r}")
