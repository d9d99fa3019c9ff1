"""Settings that a run decides before it trains, for tests that make checkpoints without one."""


def settled(overrides: tuple[str, ...]) -> list[str]:
    """Overrides by which nothing of a task's settings is left open."""
    task = next((word for word in overrides if word.startswith("task=")), "task=generate")
    by_task = {
        "task=generate": ["task.condition_on_label=false"],
        "task=tag": ["task.tagged=character"],
        "task=transduce": ["task.max_length=9"],
    }
    return ["dataset.layout=sequences", *by_task.get(task, [])]
