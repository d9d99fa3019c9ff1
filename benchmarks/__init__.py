"""What charlab's speed is, side by side with what the machine gives without it.

``python -m benchmarks`` measures training, batches, generation, starts and scale in one go.
Every row of its table is a ratio of two things measured in the same minute on the same machine,
because rates of different machines, or of different days, compare nothing.
"""
