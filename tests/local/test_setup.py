"""The set-up on real machines: apt locked, host names that do not resolve, any browser."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.apt import APT_TRIES, LOCK_WAIT_S, Apt
from local.toolchain import BROWSERS, ROOT, SetupFailed, find_browser

CI_RUN = ROOT / ".ci" / "run"
LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)"
UNRESOLVED = "E: Failed to fetch http://a.example/Packages  Could not resolve 'a.example'"
PAUSES_S = [2.0, 4.0, 8.0, 16.0, 32.0]


def write_program(file: Path, script: str) -> Path:
    """Write a shell program; only its own folder is on its PATH."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!{shutil.which('bash')}\n{script}\n")
    file.chmod(0o755)
    return file


@dataclass(frozen=True, kw_only=True, slots=True)
class FakeApt:
    """An apt-get that fails a given number of times per command, and records each call."""

    folder: Path
    pauses_s: list[float] = field(default_factory=list)

    def place(self, *, failures: Mapping[str, int], complaint: str, brings: str = "") -> None:
        """Write it into its folder. `brings` is what a successful installation also runs."""
        counts = "\n".join(
            f"{command}) most={times} ;;" for command, times in (*failures.items(), ("*", 0))
        )
        script = f"""
            for word; do case $word in update|install) command=$word ;; esac; done
            echo "$*" >> "{self.folder}/calls"
            case $command in {counts} esac
            echo "$command" >> "{self.folder}/commands"
            times=0
            while read -r each; do
                if [ "$each" = "$command" ]; then times=$((times + 1)); fi
            done < "{self.folder}/commands"
            if [ "$times" -le "$most" ]; then echo "{complaint}"; exit 100; fi
            if [ "$command" = install ]; then {brings or ":"}; fi
        """
        write_program(self.folder / "apt-get", script)

    def apt(self) -> Apt:
        return Apt(
            program=self.folder / "apt-get",
            sleep=self.pauses_s.append,
            log=self.folder / "log",
        )

    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def commands(self) -> list[str]:
        return (self.folder / "commands").read_text().split()


@pytest.fixture
def fake(tmp_path: Path) -> FakeApt:
    return FakeApt(folder=tmp_path / "bin")


@pytest.mark.parametrize("complaint", [LOCKED, UNRESOLVED])
def test_an_installation_survives_a_lock_and_a_name_that_does_not_resolve(
    fake: FakeApt, complaint: str
) -> None:
    fake.place(failures={"update": 2, "install": 2}, complaint=complaint)

    fake.apt().install("chromium")

    assert fake.commands() == ["update"] * 3 + ["install"] * 3
    assert fake.pauses_s == PAUSES_S[:2] * 2


def test_apt_waits_for_the_lock_itself_and_reports_a_failed_download_as_a_failure(
    fake: FakeApt,
) -> None:
    fake.place(failures={}, complaint="")

    fake.apt().install("chromium")

    update, install = fake.calls()
    assert all(f"DPkg::Lock::Timeout={LOCK_WAIT_S}" in call for call in (update, install))
    assert "APT::Update::Error-Mode=any" in update
    assert install.endswith("install -y --no-install-recommends chromium"), "of any version"


def test_a_broken_source_does_not_prevent_the_installation_of_a_package(fake: FakeApt) -> None:
    fake.place(failures={"update": 99}, complaint=UNRESOLVED)

    fake.apt().install("chromium")

    assert fake.commands() == ["update"] * APT_TRIES + ["install"]


def test_a_permanent_lock_ends_the_set_up_with_the_message_of_apt(fake: FakeApt) -> None:
    fake.place(failures={"install": 99}, complaint=LOCKED)

    with pytest.raises(SetupFailed, match="Could not get lock"):
        fake.apt().install("chromium")

    assert fake.pauses_s == PAUSES_S


def test_the_checks_on_a_bare_machine_survive_a_lock_and_a_broken_source(
    fake: FakeApt,
) -> None:
    bin = fake.folder
    missing = [bin / name for name in ("node", "npm")]
    brings = "; ".join(f"'{bin}/cp' '{bin}/git' '{name}'" for name in missing)
    failures = {"update": 99, "install": APT_TRIES - 1}
    fake.place(failures=failures, complaint=LOCKED, brings=brings)
    for name in ("git", "python3"):
        write_program(bin / name, ":")
    write_program(bin / "id", "echo 0")
    for name in ("make", "sleep"):
        write_program(bin / name, f'echo "$*" >> "{bin}/{name}.calls"')
    for name in ("bash", "dirname", "cp"):
        (bin / name).symlink_to(str(shutil.which(name)))

    done = subprocess.run(
        [CI_RUN], env={"PATH": str(bin)}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert fake.commands() == ["update"] * APT_TRIES + ["install"] * APT_TRIES
    assert "APT::Update::Error-Mode=any" in fake.calls()[0]
    assert f"DPkg::Lock::Timeout={LOCK_WAIT_S}" in fake.calls()[-1]
    assert fake.calls()[-1].endswith("ca-certificates nodejs npm")
    assert [*map(float, (bin / "sleep.calls").read_text().split())] == PAUSES_S * 2
    assert (bin / "make.calls").read_text().split() == ["check", "test"]


# ---- browser


@pytest.mark.parametrize("name", BROWSERS)
def test_a_browser_of_any_version_is_found_by_each_of_its_names(tmp_path: Path, name: str) -> None:
    browser = write_program(tmp_path / name, "echo Chromium 999.0.1.2")

    assert find_browser(env={"PATH": str(tmp_path)}, applications=()) == str(browser)


def test_the_browser_named_by_the_user_comes_before_those_on_the_path(tmp_path: Path) -> None:
    write_program(tmp_path / "chromium", "echo Chromium 156.0.1.2")
    named = write_program(tmp_path / "own", "echo Chromium 157.0.1.2")
    env = {"PATH": str(tmp_path), "CHROMIUM": str(named)}

    assert find_browser(env=env, applications=()) == str(named)


def test_a_stub_that_does_not_run_does_not_count_as_a_browser(tmp_path: Path) -> None:
    write_program(tmp_path / "chromium", "echo 'install the snap first' >&2; exit 1")
    real = write_program(tmp_path / "google-chrome", "echo Google Chrome 156.0.1.2")

    assert find_browser(env={"PATH": str(tmp_path)}, applications=()) == str(real)
    os.remove(real)
    assert find_browser(env={"PATH": str(tmp_path)}, applications=()) is None


def test_an_application_is_found_if_the_path_has_no_browser(tmp_path: Path) -> None:
    chrome = write_program(tmp_path / "Google Chrome", "echo Google Chrome 156.0.1.2")

    assert find_browser(env={"PATH": ""}, applications=(chrome,)) == str(chrome)
