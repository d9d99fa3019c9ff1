"""Tables: columns and formats."""
