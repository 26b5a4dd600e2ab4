"""Sets up a fresh machine: `python -m local.setup dev`, or `test` for what the tests need as well.

A step is skipped if its result exists and the files it reads have not changed since. So every
command in the Makefile can begin with it. Needs only the standard library and Python 3.11.
"""

import fcntl
import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.apt import Apt, may_install
from local.toolchain import (
    HOME,
    OLDEST_PYTHON,
    ROOT,
    TRIES,
    SetupFailed,
    find_browser,
    find_mail_server,
    find_python,
    find_uv,
    require_node,
    run,
    version_of,
)
from local.voice import fetch

VENV = ROOT / ".venv"
JUDGES = ("judges", "judges-past")  # dependency groups; each has its own environment below HOME
PLATFORMS = "tests/contracts/platforms/requirements.txt"  # the clients of voice platforms
VENDORS = "tests/contracts/vendors/requirements.txt"  # the SDKs of vendors of speech models
EMAILS = "tests/email/parse/packages.txt"  # packages that ship emails as test files
CLI = "tests/vercel"
FRONT_ENDS = "tests/page/packages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    name: str
    reads: tuple[str, ...]
    """Files that decide whether the step must run again, relative to the root."""
    makes: str
    """A file that exists once the step is done, relative to the root."""
    act: Callable[[], None]


def install_packages() -> None:
    _install_into(VENV, "-r", "pyproject.toml", "--group", "dev")


def install_judges() -> None:
    """Install the model server and the validators that judge requests, in two of its builds."""
    for group in JUDGES:
        _install_into(HOME / group, "--group", group)


def _install_into(venv: Path, *packages: str) -> None:
    # If its Python was removed or replaced, the folder still looks complete but does not run.
    no_downloads = {"UV_PYTHON_DOWNLOADS": "never"}
    python = venv / "bin" / "python"
    base = find_python()
    uv = find_uv(base)
    if (version_of(python) or (0,)) < OLDEST_PYTHON:
        run(uv, "venv", "--clear", "--python", base, venv, env=no_downloads)
    install = (uv, "pip", "install", "--python", python, "--compile-bytecode")
    run(*install, *packages, tries=TRIES, env=no_downloads)


def install_page_packages() -> None:
    require_node()
    run("npm", "ci", "--no-audit", "--no-fund", tries=TRIES)


def build_page() -> None:
    run("npm", "run", "build")


def _install_for_tests(folder: str) -> None:
    # Not `npm ci`: it wants every platform's optional binary in the lock file, and some registry
    # mirrors do not carry all of them. `npm install` uses the lock file's versions and does not
    # change it.
    require_node()
    run("npm", "install", "--no-save", "--no-audit", "--no-fund", tries=TRIES, cwd=ROOT / folder)


def install_voice_packages() -> None:
    """Install WebRTC, for the stand-ins of the voice vendors; `make ears` adds ear and mouth."""
    fetch.install("peer")


def install_browser() -> None:
    _install("chromium", "a browser: install Chromium or Chrome, or set CHROMIUM to its path")
    if find_browser() is None:
        raise SetupFailed("the package chromium brought no browser that runs: set CHROMIUM")


def install_mail_server() -> None:
    """Install Dovecot. Debian's package starts no server if there is no init system."""
    _install("dovecot-imapd", "an IMAP server: install Dovecot")


def _install(package: str, need: str) -> None:
    if not may_install():
        raise SetupFailed(f"the tests need {need}")
    Apt().install(package)


def _listed(name: str, packages: str) -> Step:
    """Return the step that installs a list into an environment of its own.

    The list has all that is needed, so nothing is resolved, and what can be done without is left
    out.
    """
    return Step(
        name=name,
        reads=(packages, ".python-version"),
        makes=f".local/setup/{name}/bin/python",
        act=lambda: _install_into(HOME / name, "--no-deps", "-r", packages),
    )


def _npm(name: str, folder: str, makes: str) -> Step:
    """Return the step that installs packages for tests only, so that `make dev` stays light."""
    return Step(
        name=name,
        reads=(f"{folder}/package.json", f"{folder}/package-lock.json"),
        makes=f"{folder}/node_modules/{makes}",
        act=lambda: _install_for_tests(folder),
    )


def _sources() -> tuple[str, ...]:
    """What the page and the client are built from."""
    patterns = ("public/brain.js", "public/wire.d.ts", "public/client/**/*.js", "package/*")
    found = (path for pattern in patterns for path in ROOT.glob(pattern))
    return tuple(sorted(str(path.relative_to(ROOT)) for path in found))


DEV = (
    Step(
        name="python",
        reads=("pyproject.toml", ".python-version"),
        makes=".venv/bin/python",
        act=install_packages,
    ),
    Step(
        name="npm",
        reads=("package.json", "package-lock.json", ".npmrc"),
        makes="node_modules/.package-lock.json",
        act=install_page_packages,
    ),
    Step(
        name="page",
        reads=("package.json", "package-lock.json", *_sources()),
        makes="public/vendor/brain.min.d.ts",
        act=build_page,
    ),
)
TEST = (
    *DEV,
    Step(
        name="judges",
        reads=("pyproject.toml", ".python-version"),
        makes=".local/setup/judges-past/bin/python",
        act=install_judges,
    ),
    _listed("platforms", PLATFORMS),
    _listed("vendors", VENDORS),
    _listed("emails", EMAILS),
    Step(
        name="voice",
        reads=("local/voice/packages/peer.txt", ".python-version"),
        makes=".local/setup/voice/bin/python",
        act=install_voice_packages,
    ),
    _npm("vercel", CLI, ".bin/vercel"),
    _npm("front-ends", FRONT_ENDS, ".bin/vite"),
)


def perform(step: Step) -> None:
    stamp = HOME / f"{step.name}.stamp"
    key = _key(step)
    if (ROOT / step.makes).exists() and stamp.exists() and stamp.read_text() == key:
        return
    _timed(step.name, step.act)
    # Write the stamp last: a crash in between only repeats the step. In the other order the step
    # would count as done.
    stamp.write_text(key)


def _key(step: Step) -> str:
    digest = hashlib.sha256()
    for name in step.reads:
        digest.update((ROOT / name).read_bytes() + b"\0")
    return digest.hexdigest()


def _timed(name: str, act: Callable[[], None]) -> None:
    print(f"set-up: {name} ... ", end="", flush=True)
    began = time.monotonic()
    try:
        act()
    except SetupFailed:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def set_up(scope: str) -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    with Path(HOME, "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands started at once run the set-up once
        for step in {"dev": DEV, "test": TEST}[scope]:
            perform(step)
        if scope == "test" and find_browser() is None:
            _timed("chromium", install_browser)
        if scope == "test" and find_mail_server() is None:
            _timed("dovecot", install_mail_server)


def main() -> int:
    try:
        set_up(sys.argv[1])
    except SetupFailed as failure:
        print(f"set-up: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
