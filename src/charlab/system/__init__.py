"""The machine and the operating system: devices, files, signals, the terminal, imports."""
