"""The fields that lie parallel to a text: a tag for each token, a target text, a group.

n documents, N tokens of all of them, M tokens of all their targets.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from charlab.data.documents.document import Document
from charlab.data.tokens import tokenizer
from charlab.data.tokens.ragged import Ragged, flat_offsets
from charlab.data.tokens.utf8_bytes import utf8_bytes
from charlab.data.tokens.vocabulary import Integers, Unsigned, smallest_unsigned, utf8_of
from charlab.errors import DataError


@dataclass(frozen=True)
class Fields:
    """What documents hold besides their texts and labels.

    Attributes:
        tags: all tags, sorted; () without.
        tag_ids: of each token 1 + the index of its tag, 0 where none is told, (N,); None without.
        target_tokens: the token of each id of a target, (S,); some may not occur.
        targets: the targets' tokens; None without.
        groups: of each document the group that stays together, (n,); None: its text is.
        fingerprint: sha256 (hexadecimal) over all of them; "" if there are none.
    """

    tags: tuple[str, ...] = ()
    tag_ids: Unsigned | None = None
    target_tokens: Sequence[str] = ()
    targets: Ragged | None = None
    groups: Sequence[str | None] | None = None
    fingerprint: str = ""


NO_FIELDS = Fields()


class FieldReader:
    """Collects the fields of documents, in their order.

    Args:
        unit: what a token of the text is, "char" or "byte" where there are tags.
        target_unit: what a token of a target is.
    """

    def __init__(self, unit: str, target_unit: str) -> None:
        self._unit = unit
        self._tokenizer = tokenizer(target_unit)
        self._numbers: dict[str | None, int] = {None: 0}
        self._tags: list[Integers] = []
        self._targets: list[Unsigned] = []
        self._groups: dict[int, str | None] = {}
        self._digest = hashlib.sha256()

    def add(self, document: Document, number: int) -> None:
        """Takes in the fields of a normalized document, the ``number``-th that is kept."""
        self._digest.update(utf8_of(repr((number, *document[3:]))))
        if document.group is not None:
            self._groups[number] = document.group
        if document.target is not None:
            self._targets.append(self._tokenizer.token_ids(document.target))
        if document.tags is not None:
            self._tags.append(self._of_tokens(document.text, document.tags))

    def _of_tokens(self, text: str, tags: Sequence[str | None]) -> Integers:
        """The tags' numbers as they lie on tokens: a character's is at its last byte."""
        numbers = np.array(
            [self._numbers.setdefault(tag, len(self._numbers)) for tag in tags], np.int64
        )
        if self._unit != "byte":
            return numbers
        ends = np.cumsum([len(utf8_bytes(character)) for character in text])
        of_bytes = np.zeros(int(ends[-1]), np.int64)
        of_bytes[ends - 1] = numbers
        return of_bytes

    def fields(self, documents: int) -> Fields:
        """The fields of all documents.

        Raises:
            DataError: if some documents have tags or a target and others do not.
        """
        for count, what in ((len(self._tags), "tags"), (len(self._targets), "target")):
            if 0 < count < documents:
                raise DataError(f"{documents - count} of {documents} documents have no {what}")
        if not (self._groups or self._tags or self._targets):
            return NO_FIELDS
        fields = Fields(fingerprint=self._digest.hexdigest())
        if self._groups:
            fields = replace(fields, groups=[*map(self._groups.get, range(documents))])
        if self._tags:
            tags = tuple(sorted(tag for tag in self._numbers if tag is not None))
            order = np.zeros(len(self._numbers), smallest_unsigned(len(tags) + 1))
            for index, tag in enumerate(tags, start=1):
                order[self._numbers[tag]] = index
            fields = replace(fields, tags=tags, tag_ids=order[np.concatenate(self._tags)])
        if self._targets:
            lengths = [len(token_ids) for token_ids in self._targets]
            targets = Ragged(np.concatenate(self._targets), flat_offsets(lengths))
            fields = replace(fields, targets=targets, target_tokens=self._tokenizer.tokens())
        return fields
