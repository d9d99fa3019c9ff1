"""What a driver finds: faults, grouped by kind, each with the command that repeats it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 3  # instances of a kind that are listed


@dataclass(frozen=True)
class Finding:
    """One fault.

    Attributes:
        kind: what is the same for every instance: the rule that was broken, and where.
        detail: this instance: the words, what was said.
    """

    kind: str
    detail: str


@dataclass
class Tally:
    """All faults of a run of a driver.

    Attributes:
        repeat: the command that repeats one input, up to its number.
    """

    repeat: str
    tried: int = 0
    kinds: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, number: int, findings: list[Finding]) -> None:
        """Counts an input and what it showed."""
        self.tried += 1
        for finding in findings:
            if finding.kind not in self.kinds:  # at once, so that a long run can be watched
                print(
                    number, finding.kind, visible(finding.detail)[:600], file=sys.stderr, flush=True
                )
            self.kinds.setdefault(finding.kind, []).append((number, finding.detail))

    def lines(self) -> Iterator[str]:
        """Every kind, the frequent ones first, with its first instances."""
        for kind, instances in sorted(self.kinds.items(), key=lambda item: -len(item[1])):
            yield f"\n{len(instances)} x {kind}"
            for number, detail in instances[:SHOWN]:
                yield f"    {visible(detail)[:600]}"
                yield f"      repeat: {self.repeat} --only {number}"

    def summary(self, name: str, seconds: float) -> str:
        """One line."""
        faults = len({number for instances in self.kinds.values() for number, _ in instances})
        return (
            f"{name}: {self.tried} tried in {seconds:.0f} s ({self.tried / seconds:.1f} a second), "
            f"{faults} with a fault, of {len(self.kinds)} distinct kinds"
        )


def visible(text: str) -> str:
    """A text on one line without anything that a terminal would act upon."""
    return "".join(
        c if c.isprintable() else repr(c)[1:-1]
        for c in text.encode(errors="backslashreplace").decode()
    )
