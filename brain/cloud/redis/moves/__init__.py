"""The atomic operations on a user's state: one module per operation, with its script next to it.

A module passes keys and arguments to the script and decodes its answer. Every script is
idempotent: if it is sent twice, the second run changes nothing and returns the first answer.
"""
