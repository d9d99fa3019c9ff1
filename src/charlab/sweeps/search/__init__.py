"""What a sweep searches and how: the space, the specification, the study."""
