"""Prepares a text as a run does and says what it took: one process, one measurement.

    python experiments/large_text/prepare_once.py FILE key=value ...

The words are Hydra overrides, such as dataset.unit=byte. Prints one line of JSON.
"""

import json
import resource
import sys
import time
from pathlib import Path

from hydra import compose, initialize_config_dir

from charlab.builders.corpus import prepare
from charlab.config.hydra_app import check
from charlab.config.overrides import protect

CONF = Path(__file__).resolve().parents[2] / "conf"


def measure(file: str, arguments: list[str]) -> dict[str, float | int | str]:
    """Seconds of the wall clock and of the processor, and the most memory held."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("train", protect(["dataset=text", f"dataset.path={file}", *arguments]))
    options = check(config)
    began, used = time.perf_counter(), time.process_time()
    corpus = prepare(options).corpus
    wall, processor = time.perf_counter() - began, time.process_time() - used
    size = Path(file).stat().st_size
    return {
        "unit": options.dataset.unit,
        "bytes": size,
        "symbols": sum(split.characters for split in corpus.splits.values()),
        "wall_seconds": round(wall, 2),
        "processor_seconds": round(processor, 2),
        "megabytes_per_processor_second": round(size / 1e6 / processor, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "torch": "torch" in sys.modules,
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2:])))
