"""The email account that `make dev` brings, and what tests and benchmarks need of one."""
