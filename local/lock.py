"""Writes requirements.txt: what the platform installs, each package with its version and hashes.

`python -m local.lock`, after a change of the dependencies in pyproject.toml. The versions come from
there; only the hashes come from the registry.
"""

from local.toolchain import ROOT, TRIES, find_python, find_uv, run


def main() -> None:
    """Resolve the run-time dependencies for every platform and write the file."""
    run(
        find_uv(find_python()),
        *("pip", "compile", "pyproject.toml", "--output-file", "requirements.txt"),
        *("--generate-hashes", "--universal", "--python-version", "3.12", "--quiet"),
        *("--no-annotate", "--no-emit-index-url", "--custom-compile-command", "make lock"),
        tries=TRIES,
        cwd=ROOT,
    )


if __name__ == "__main__":
    main()
