"""Chaos runs: users talk while processes crash and services fail; then every promise is checked."""
