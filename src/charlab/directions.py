"""Which way a metric is better. Imports nothing heavy."""

_HIGHER_IS_BETTER = ("accuracy", "f1")


def higher_is_better(metric: str) -> bool:
    """Whether a metric is to rise ("val/accuracy") or to fall ("val/loss")."""
    return metric.endswith(_HIGHER_IS_BETTER)
