"""Tasks: what a network is trained to do. ``TASKS[name]`` is a task's class.

A task is a module of this folder, or of a folder that the environment variable ``CHARLAB_TASKS``
names (several are separated as in ``PATH``), and one YAML file in ``conf/task/``.
"""

import os
from typing import TYPE_CHECKING, Any

from charlab.registry import Registry

if TYPE_CHECKING:
    from charlab.tasks.task import Task

__path__ += [folder for folder in os.environ.get("CHARLAB_TASKS", "").split(os.pathsep) if folder]

TASKS: "Registry[type[Task[Any]]]" = Registry("task", "charlab.tasks", inside="task")
register = TASKS.register
