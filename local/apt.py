"""Installs Debian packages on a machine where others install too, and whose network has hiccups.

Standard library only, and Python 3.11, as `local/toolchain.py`.
"""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.toolchain import LOG, SetupFailed, run

# apt-get waits by itself for the packages' lock, which an automatic upgrade holds for minutes. For
# the lists' lock it does not, and that is held for as long as a download lasts: hence more tries
# than elsewhere, with 62 s of pauses between them.
APT_TRIES = 6
LOCK_WAIT_S = 120  # seconds in each try
DOWNLOAD_TRIES = 3  # tries of each file, within one try of the command
OPTIONS = ("-o", f"DPkg::Lock::Timeout={LOCK_WAIT_S}", "-o", f"Acquire::Retries={DOWNLOAD_TRIES}")
# Without it apt-get reports success when a source's name did not resolve, and nothing is retried.
STRICT = ("-o", "APT::Update::Error-Mode=any")
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Apt:
    """apt-get, and how to wait between tries. Its output goes to `log`."""

    program: str | Path = "apt-get"
    sleep: Callable[[float], None] = time.sleep
    log: Path = LOG

    def install(self, package: str) -> None:
        """Install the package in the version that the system offers. Raises SetupFailed."""
        # A source that has nothing to do with the package may be out of order for good. Whether
        # the lists are good enough, the installation itself says.
        with suppress(SetupFailed):
            self._run("update", *STRICT)
        self._run("install", "-y", "--no-install-recommends", package)

    def _run(self, command: str, *arguments: str) -> None:
        whole = (self.program, *OPTIONS, command, *arguments)
        run(*whole, tries=APT_TRIES, env=QUIET, sleep=self.sleep, log=self.log)


def may_install() -> bool:
    """Whether installing surprises nobody: on Debian, and only as root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
