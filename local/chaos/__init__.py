"""A town under fire: people talk, processes die, and every promise is checked afterwards."""
