"""Reports about sweeps and sets of runs: statistics, pages, pictures, tables. Imports no torch."""
