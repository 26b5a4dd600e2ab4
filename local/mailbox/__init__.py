"""The email account of `make dev`, and mail servers and test data for tests and benchmarks."""
