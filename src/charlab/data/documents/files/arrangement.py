"""What files lie where means: which part of the data each belongs to, and its label."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from charlab.data.documents.files.entries import Entry, Found, shared_folders
from charlab.data.documents.normalize import normalize_label
from charlab.errors import DataError

PARTS = {  # by the names of folders and files; None: train, which is assigned to splits
    **dict.fromkeys(("train", "training")),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
ABOUT = ("readme", "license", "licence", "copying", "changelog")  # files about the others
_SHOWN = 5
_ABOVE, _OUTERMOST = "the folders directly above the files", "the outermost folders"

Place = tuple[str, ...]  # folders that mean something, then the file's name
Remark = Callable[[str], object]


class Placed(NamedTuple):
    """A file and what its place says.

    Attributes:
        entry: the file.
        label: None where nothing says one.
        split: "val" or "test"; None for all else, train too, which is assigned to splits: it gives
            its shares to a val or test part that is not there.
    """

    entry: Entry
    label: str | None = None
    split: str | None = None


def arrange(found: Found, *, labelled: bool, remark: Remark) -> list[Placed]:
    """Files with their labels and parts; what is left out is named.

    Parts are folders or files named train, val (valid, validation, dev) and test. A label is the
    name of the folder directly above the file where files of one name (numbers aside) lie in
    several folders. Where all files lie in folders and in several, it is the outermost's; where
    none does, the file's without its ending.

    Args:
        found: what is at a path.
        labelled: whether every file must have a label, and which one must be certain.
        remark: told what is left out or decided.

    Raises:
        DataError: if files must have labels and their places may mean two things.
    """
    if found.single:
        return [Placed(entry) for entry in found.entries]
    entries, beside = _without_those_about(found.entries)
    split_of, places, outside = _parts(entries)
    labels, reading = _labels(list(places.values()), labelled)
    placed = [
        Placed(entry, label, split_of.get(entry))
        for entry, label in zip(places, labels, strict=True)
    ]
    learnt = {each.label for each in placed if each.split is None}
    strange = any(each.label not in learnt for each in placed)  # names with nothing in common
    without = [each.entry for each in placed if each.label is None]
    some = 0 < len(without) < len(placed)
    if labelled and some:
        placed = [each for each in placed if each.label is not None]
        outside += without
    elif not labelled and (some or strange):
        if not strange:
            remark(f"labels are left aside: no folder names one of {listing(without)}")
        placed = [each._replace(label=None) for each in placed]
        reading = ""
    _name_left_out(found, [*beside, *outside], remark)
    if reading:
        remark(f"labels are the names of {reading}")
    return placed


def arrange_parts(found: Found, remark: Remark) -> list[Placed]:
    """Files with their parts alone, whatever labels there are; what is left out is named."""
    split_of, places, outside = _parts(found.entries)
    _name_left_out(found, outside, remark)
    return [Placed(entry, None, split_of.get(entry)) for entry in places]


def _name_left_out(found: Found, entries: Sequence[Entry], remark: Remark) -> None:
    if names := [*map(shown, entries), *found.passed]:
        remark(f"left out: {_list(names)}")


def listing(entries: Sequence[Entry]) -> str:
    """The first few of some files."""
    return _list([shown(entry) for entry in entries])


def shown(entry: Entry) -> str:
    """Where a file lies below what the user named."""
    return "/".join(entry.parts)


def only(found: Found, entries: list[Entry]) -> Found:
    """Some of the files at a path; the others are passed over."""
    chosen = set(entries)
    others = tuple(shown(entry) for entry in found.entries if entry not in chosen)
    return replace(found, entries=entries, passed=others + found.passed)


def place_of(entry: Entry) -> Place:
    """Folders, and the file's name without its endings."""
    return (*entry.parts[:-1], Path(entry.name).stem)


def is_repeated(places: Iterable[Place]) -> bool:
    """Whether files of one name, numbers aside, lie in several folders."""
    folders: defaultdict[str, set[Place]] = defaultdict(set)
    for place in places:
        if len(place) > 1:
            folders[re.sub(r"\d+", "0", place[-1].casefold())].add(place[:-1])
    return any(len(of_name) > 1 for of_name in folders.values())


def label_of(entry: Entry) -> str:
    """The name of a file without its endings."""
    return normalize_label(place_of(entry)[-1])


def has_parts(entries: Sequence[Entry]) -> bool:
    """Whether files are set apart for train and for val or test."""
    return bool(_parts(entries)[0])


def _without_those_about(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """Files without a README and the like at the top, unless there is nothing else; and these."""
    about = [e for e in entries if len(e.parts) == 1 and place_of(e)[0].lower() in ABOUT]
    rest = [entry for entry in entries if entry not in about]
    return (rest, about) if rest else (list(entries), [])


def _parts(
    entries: Sequence[Entry],
) -> tuple[dict[Entry, str | None], dict[Entry, Place], list[Entry]]:
    """The part of each file, where the data has parts; its place within; and what is of none."""
    places = _strip({entry: place_of(entry) for entry in entries})
    for level in range(max(map(len, places.values()))):
        there = {entry: place[level] for entry, place in places.items() if len(place) > level}
        split_of = {e: PARTS[name.lower()] for e, name in there.items() if name.lower() in PARTS}
        if {None} < set(split_of.values()) and (level == 0 or len(split_of) == len(there)):
            inside = {e: places[e][:level] + places[e][level + 1 :] for e in split_of}
            return split_of, _strip(inside), [e for e in entries if e not in split_of]
    return {}, places, []


def _strip(places: dict[Entry, Place]) -> dict[Entry, Place]:
    """The same without the folders that all share."""
    shared = shared_folders(place for place in places.values() if place)
    return {entry: place[shared:] for entry, place in places.items()}


def _labels(places: Sequence[Place], labelled: bool) -> tuple[list[str | None], str]:
    """The label of each place, and what labels are the names of, if not of the files."""
    deep = [place for place in places if len(place) > 1]
    even = len({len(place) for place in deep}) == 1
    above, outermost, names = (
        [normalize_label(place[at]) if len(place) > least else None for place in places]
        for at, least in ((-2, 1), (0, 1), (-1, 0))
    )
    if is_repeated(places):
        return (above, _ABOVE) if even else (outermost, _OUTERMOST)
    if not deep:
        return names, ""
    everywhere = len(deep) == len(places)
    pairs = set(zip(outermost, above, strict=True))
    if everywhere and len(pairs) == len(set(outermost)) == len(set(above)):
        return outermost, _OUTERMOST
    other, what = (outermost, _OUTERMOST) if everywhere else (names, "the files")
    if labelled:
        one, two = (_list(sorted(set(filter(None, found)))) for found in (other, above))
        raise DataError(
            f"it is open what the labels are: the names of {what} ({one}) or of {_ABOVE} ({two}): "
            "give a folder whose files lie equally deep, in folders that mean one of the two"
        )
    return other, what


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
