"""Numbers in words."""


def counted(count: float, noun: str, plural: str | None = None) -> str:
    """ "1 trial", "1,204 trials", "0.5 minutes", "3 classes".

    Args:
        plural: where an "s" does not make it.
    """
    number = int(count) if count == int(count) else count
    return f"{number:,} {noun if count == 1 else plural or f'{noun}s'}"
