"""Installs Debian packages on a machine where other programs install too and the network may fail.

Needs only the standard library and Python 3.11, like `local/toolchain.py`.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.toolchain import LOG, SetupFailed, run

# apt-get waits for the package lock by itself. An automatic upgrade can hold that lock for minutes.
# It does not wait for the lock on the package lists, which is held as long as a download lasts. So
# there are more tries here than elsewhere, with 62 s of pauses between them.
APT_TRIES = 6
LOCK_WAIT_S = 120  # seconds in each try
DOWNLOAD_TRIES = 3  # tries of each file, within one try of the command
OPTIONS = ("-o", f"DPkg::Lock::Timeout={LOCK_WAIT_S}", "-o", f"Acquire::Retries={DOWNLOAD_TRIES}")
# Without this option apt-get reports success when a source's host name did not resolve, and nothing
# would be retried.
STRICT = ("-o", "APT::Update::Error-Mode=any")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Apt:
    """Runs apt-get and retries it. `sleep` waits between tries; the output goes to `log`."""

    program: str | Path = "apt-get"
    sleep: Callable[[float], None] = time.sleep
    log: Path = LOG

    def install(self, package: str) -> None:
        """Install the package in the version that the system offers. Raises SetupFailed."""
        # An unrelated source may be broken permanently. The installation itself shows whether the
        # package lists are good enough.
        with suppress(SetupFailed):
            self._run("update", *STRICT)
        self._run("install", "-y", "--no-install-recommends", package)

    def _run(self, command: str, *arguments: str) -> None:
        whole = (self.program, *OPTIONS, command, *arguments)
        run(*whole, tries=APT_TRIES, env=QUIET, sleep=self.sleep, log=self.log)


def may_install() -> bool:
    """Return whether we may install packages without asking: on Debian, and only as root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
