"""Writes the lists of packages: their versions, and their hashes.

`python -m local.lock`, after a change of the dependencies in pyproject.toml or of a list in
local/voice/packages (what `make ears` installs). The versions come from there; only the hashes come
from the registry.

What the platform installs is in requirements.txt. Its hashes are in pylock.toml (PEP 751): with a
hash in requirements.txt, pip would refuse to install anything else beside it, such as the
platform's own runtime. pylock.toml names no address, but wheels in `.local/wheels`:

    pip download -r requirements.txt --only-binary :all: -d .local/wheels
    uv pip sync pylock.toml --preview-features pylock
"""

import re
from pathlib import Path

from local.toolchain import ROOT, TRIES, find_python, find_uv, run

WHEELS = ".local/wheels"
EARS = ROOT / "local" / "voice" / "packages"
WITH_DEPENDENCIES = ("peer", "ear")  # in this order: the second list keeps to the first
ALONE = ("tiny", "base", "natural")  # everything else that they need is in the other lists


def main() -> None:
    """Resolve the dependencies for every platform and write the files."""
    project = ROOT / "pyproject.toml"
    _compile(project, ROOT / "requirements.txt", hashes=False)
    _compile(project, ROOT / "pylock.toml", "--format", "pylock.toml")
    _leave_out_addresses(ROOT / "pylock.toml")
    for name in WITH_DEPENDENCIES:
        _compile(EARS / f"{name}.in", EARS / f"{name}.txt")
    for name in ALONE:
        _compile(EARS / f"{name}.in", EARS / f"{name}.txt", "--no-deps")


def _leave_out_addresses(lock: Path) -> None:
    """Replace the addresses of wheels by paths, and leave out sources, which nobody builds."""
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("sdist = ")]
    plain = re.sub(r'url = "[^"]*/([^"/]+)"', rf'path = "{WHEELS}/\1"', "\n".join(lines))
    lock.write_text(re.sub(r", upload-time = [^,}]+", "", plain) + "\n")


def _compile(source: Path, target: Path, *options: str, hashes: bool = True) -> None:
    run(
        find_uv(find_python()),
        *("pip", "compile", source.relative_to(ROOT), "--output-file", target.relative_to(ROOT)),
        *(["--generate-hashes"] if hashes else []),
        *("--universal", "--python-version", "3.12", "--quiet"),
        *("--no-annotate", "--no-emit-index-url", "--custom-compile-command", "make lock"),
        *options,
        tries=TRIES,
        cwd=ROOT,
    )


if __name__ == "__main__":
    main()
