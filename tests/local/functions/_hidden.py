"""A file that has no route."""
