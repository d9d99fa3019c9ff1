"""What the doors do: one module for each command."""
