"""Writes the lists of packages with their hashes.

`python -m local.lock`, after a change of the dependencies in pyproject.toml (requirements.txt: what
the platform installs) or of a list in local/voice/packages (what `make ears` installs). The
versions come from there; only the hashes come from the registry.
"""

from pathlib import Path

from local.toolchain import ROOT, TRIES, find_python, find_uv, run

EARS = ROOT / "local" / "voice" / "packages"
WITH_DEPENDENCIES = ("peer", "ear")  # in this order: the second list keeps to the first
ALONE = ("tiny", "base", "natural")  # everything else that they need is in the other lists


def main() -> None:
    """Resolve the dependencies for every platform and write the files."""
    _compile(ROOT / "pyproject.toml", ROOT / "requirements.txt")
    for name in WITH_DEPENDENCIES:
        _compile(EARS / f"{name}.in", EARS / f"{name}.txt")
    for name in ALONE:
        _compile(EARS / f"{name}.in", EARS / f"{name}.txt", "--no-deps")


def _compile(source: Path, target: Path, *options: str) -> None:
    run(
        find_uv(find_python()),
        *("pip", "compile", source.relative_to(ROOT), "--output-file", target.relative_to(ROOT)),
        *("--generate-hashes", "--universal", "--python-version", "3.12", "--quiet"),
        *("--no-annotate", "--no-emit-index-url", "--custom-compile-command", "make lock"),
        *options,
        tries=TRIES,
        cwd=ROOT,
    )


if __name__ == "__main__":
    main()
