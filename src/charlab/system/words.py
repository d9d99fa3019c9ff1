"""Numbers in words; settings as they are typed."""

from collections.abc import Mapping


def counted(count: float, noun: str, plural: str | None = None) -> str:
    """ "1 trial", "1,204 trials", "0.5 minutes", "3 classes".

    Args:
        plural: where an "s" does not make it.
    """
    number = int(count) if count == int(count) else count
    return f"{number:,} {noun if count == 1 else plural or f'{noun}s'}"


def spelled(value: object) -> str:
    """A setting's value as it is typed: "true", "null", "[0.9,0.1,0]", "{a: 1, b: x}"."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return f"[{','.join(map(spelled, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {spelled(item)}" for key, item in value.items()) + "}"
    return str(value)
