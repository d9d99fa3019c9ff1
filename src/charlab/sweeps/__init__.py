"""Sweeps: many trials in search of the best settings, by any number of processes and hosts."""
