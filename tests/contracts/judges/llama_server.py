"""Serves a model with llama.cpp's own server until the standard input ends.

    .local/setup/judges/bin/python tests/contracts/judges/llama_server.py FILE

The first line of the standard output is its address. The log goes to the standard error.
"""

import sys

import xllamacpp

WINDOW = 65_536  # tokens
ANSWER = 160  # tokens of an answer without an end; the server then reports `length`
BATCH = 256  # tokens; buffers of the largest batch take most of the memory, and time to make
SEED = 1


def main(file: str) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = file
    params.n_ctx = WINDOW
    params.n_predict = ANSWER
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = BATCH
    params.warmup = False
    params.port = 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.sampling.seed = SEED
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
