"""The brain beside the limit and the raw floor. Candidates import this package: keep it empty."""
