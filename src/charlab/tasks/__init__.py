"""Tasks: what a network is trained to do. ``TASKS[name]`` is a task's class.

A new task is a module and a YAML file in a folder of the user's own; docs/adding-a-task.md.
"""

from typing import TYPE_CHECKING, Any

from charlab.registry import Registry, user_folders

if TYPE_CHECKING:
    from charlab.tasks.task import Task

__path__ += user_folders("task")

TASKS: "Registry[type[Task[Any]]]" = Registry("task", "charlab.tasks", inside="task")
register = TASKS.register
