"""Tasks: the LightningModules that train a network. ``TASKS[name]`` is a task's class."""

from typing import TYPE_CHECKING, Any

from charlab.registry import Registry

if TYPE_CHECKING:
    from charlab.tasks.base import CharTask

TASKS: "Registry[type[CharTask[Any]]]" = Registry("task", "charlab.tasks")
register = TASKS.register
