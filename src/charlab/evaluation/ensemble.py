"""An ensemble: one task and one network of several, whose probabilities are averaged."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.vocabulary import EOS, FIRST, UNK, Vocabulary
from charlab.errors import ConfigError
from charlab.models.ensemble import EnsembleClassifier, RemappedClassifier
from charlab.system.words import spelled

if TYPE_CHECKING:
    from charlab.tasks.task import Task

Network = TypeVar("Network", bound=nn.Module)
_NAMED = 3  # of what differs, in a message


@dataclass(frozen=True)
class Member(Generic[Network]):
    """A trained network of an ensemble.

    Attributes:
        name: what it is called in messages.
        task: what it was trained for, or what it is asked as.
        network: the network.
    """

    name: str
    task: "Task[Any]"
    network: Network


def average(members: Sequence[Member[Any]]) -> "tuple[Task[Any], nn.Module]":
    """A task and a network that answer with the mean of the members' probabilities.

    The task is the first member's. Networks that predict tokens have the same vocabulary; the
    others read each text with their own, and know together what any of them knows.

    Raises:
        ConfigError: if the members do not read, or answer, the same.
    """
    first, *others = members
    for other in others:
        _require_alike(first, other)
    task = first.task
    vocabulary = _vocabulary_of_all([member.task.data.vocabulary for member in members])
    data = dataclasses.replace(task.data, vocabulary=vocabulary)
    joined = type(task)(task.run, data)
    device = next(first.network.parameters()).device
    return joined, joined.ensemble(members).to(device).eval()


def ensemble_outputs(
    members: Sequence[Member[Any]], vocabulary: Vocabulary, kind: str
) -> EnsembleClassifier:
    """The mean of classifiers or taggers, each asked in its own token ids.

    Args:
        members: their outputs may stand in another order each.
        vocabulary: whose ids the mean reads.
        kind: what they tell: "labels" or "tags".

    Raises:
        ConfigError: if they do not tell the same ones.
    """
    first = members[0]
    common = getattr(first.task.data, kind)
    networks = []
    for member in members:
        tokens = _token_places(member.task.data.vocabulary, vocabulary)
        outputs = name_places(kind, member, getattr(member.task.data, kind), first, common)
        networks.append(RemappedClassifier(member.network, tokens, torch.tensor(outputs)))
    return EnsembleClassifier(networks)


def _token_places(own: Vocabulary, common: Vocabulary) -> Tensor:
    """A network's own id of each id of a vocabulary of several, (V,)."""
    ids = {token: i for i, token in enumerate(own.tokens, start=FIRST)}
    return torch.tensor([EOS, UNK, *(ids.get(token, UNK) for token in common.tokens)])


def name_places(
    what: str, member: Member[Any], own: Sequence[str], first: Member[Any], common: Sequence[str]
) -> list[int]:
    """Where each of the common names stands among a member's own.

    Args:
        what: they are ("labels").
        member: whose own they are.
        own: the member's.
        first: whose the common ones are.
        common: those.

    Raises:
        ConfigError: if they are not the same names.
    """
    if set(own) != set(common):
        raise ConfigError(f"{_both(first, member)} know other {what}: {_apart(common, own)}")
    place = {name: i for i, name in enumerate(own)}
    return [place[name] for name in common]


def require_same(
    what: str, first: Member[Any], one: object, other: Member[Any], its: object
) -> None:
    """Refuses an ensemble whose members differ in a setting.

    Raises:
        ConfigError: if they do.
    """
    if one != its:
        raise ConfigError(
            f"{_both(first, other)} have {what}={spelled(one)} and {spelled(its)}: they must agree"
        )


def require_same_tokens(
    first: Member[Any], one: Vocabulary, other: Member[Any], its: Vocabulary, what: str = ""
) -> None:
    """Refuses networks that predict tokens of other vocabularies.

    Raises:
        ConfigError: if they do.
    """
    if one != its:
        raise ConfigError(
            f"{_both(first, other)} predict other {what}{one.plural}, whose probabilities have no "
            f"mean: {_apart(one.tokens, its.tokens)}"
        )


def _require_alike(first: Member[Any], other: Member[Any]) -> None:
    one, its = first.task, other.task
    if type(one) is not type(its):
        raise ConfigError(
            f"{_both(first, other)} were trained with task={one.options.name} and "
            f"{its.options.name}: only answers to the same question can be averaged"
        )
    settings, own = one.run.dataset, its.run.dataset
    require_same("dataset.unit", first, settings.unit, other, own.unit)
    if (one.asking.strips, one.asking.steps) != (its.asking.strips, its.asking.steps):
        if settings.normalize == own.normalize:
            require_same("dataset.source", first, settings.source, other, own.source)
        require_same("dataset.normalize", first, settings.normalize, other, own.normalize)
    require_same("dataset.layout", first, settings.layout, other, own.layout)
    if settings.layout == "stream" and one.batch_form is not BatchForm.NEXT:
        require_same("dataset.seq_len", first, settings.seq_len, other, own.seq_len)
    if one.options.writes_tokens:
        require_same_tokens(first, one.data.vocabulary, other, its.data.vocabulary)


def _vocabulary_of_all(known: Sequence[Vocabulary]) -> Vocabulary:
    """The tokens that any of some vocabularies has."""
    if len(set(known)) == 1:
        return known[0]
    tokens = dict.fromkeys(token for vocabulary in known for token in vocabulary.tokens)
    return make_vocabulary(known[0].unit, list(tokens))


def _both(first: Member[Any], other: Member[Any]) -> str:
    return f"{first.name} and {other.name}"


def _apart(one: Sequence[str], other: Sequence[str]) -> str:
    """What only one of two lists has, in words."""
    found = []
    for which, own, its in (("first", one, other), ("second", other, one)):
        missing = [repr(name) for name in own if name not in set(its)]
        if missing:
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            found.append(f"only the {which} knows {', '.join(missing[:_NAMED])}{more}")
    return ", ".join(found)
