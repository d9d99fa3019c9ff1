"""A supervisor in a process of its own, for a sweep whose storage is anywhere.

``python -m tests.sweeps.joining URL FOLDER NAME N_TRIALS SIZE``
"""

import sys
from pathlib import Path

from charlab.sweeps.search.spec import StudyLocation
from tests.sweeps.toys import toy_supervisor

if __name__ == "__main__":
    url, place, name, n_trials, size = sys.argv[1:]
    toy_supervisor(StudyLocation(name, Path(place), url), int(n_trials), int(size)).run()
