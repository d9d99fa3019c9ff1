"""Where a run's curves, samples and pictures go: Lightning's loggers, with what a run adds."""
