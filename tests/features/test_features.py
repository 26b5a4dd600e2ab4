"""A feature that is not listed is not there, and nothing else needs it.

A build without a feature's package and its line in the wiring imports, type-checks, and passes
the tests that do not use the feature.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from brain.cloud.traces.loops import LoopBounds
from brain.routes.resources import resources
from brain.run.services import Around
from brain.wiring import FEATURES, Wiring
from tests.docs.test_docs import SET_UP
from tests.features.builds import TOOLS, Build, build_without
from tests.features.imports import rest, users

# What may go alone, and what other features or the routes stand on. (Events are a base too, and no
# feature of their own.)
LEAVES = ("email", "jobs", "memory", "notices", "reminders", "usage", "user", "web")
BASES = ("documents", "preferences", "questions", "voice")
PROVEN = ("email", "notices", "reminders")  # whose absence is tested as far as it goes

# The folders of the rest that are run: those that are over in a few seconds.
QUICK = ("documents", "questions", "run")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows after one build, and need not find out again in the next."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Build]:
    """The builds, each made once, by the feature that is missing."""
    return cache(lambda name: build_without(name, tmp_path_factory.mktemp(f"without_{name}")))


def test_each_feature_either_may_go_alone_or_is_a_base_of_another() -> None:
    assert sorted((*LEAVES, *BASES)) == sorted(FEATURES)


@pytest.mark.parametrize("feature", LEAVES)
def test_nothing_in_the_brain_imports_a_feature_that_may_go(feature: str) -> None:
    assert users(feature) == set()


def test_nothing_in_the_brain_imports_a_program_for_operators() -> None:
    assert {tool: users(tool) for tool in TOOLS} == {tool: set() for tool in TOOLS}


@pytest.mark.parametrize("feature", BASES)
def test_a_base_is_imported_by_what_stands_on_it(feature: str) -> None:
    assert users(feature)


@pytest.mark.parametrize("feature", LEAVES)
def test_a_build_without_a_feature_imports(feature: str, build: Callable[[str], Build]) -> None:
    build(feature).imports()


@pytest.mark.parametrize("feature", PROVEN)
@pytest.mark.timeout(300)
def test_a_build_without_a_feature_type_checks(
    feature: str, build: Callable[[str], Build], checked: Path
) -> None:
    build(feature).type_checks(checked)


@pytest.mark.parametrize("feature", PROVEN)
@pytest.mark.timeout(300)
def test_a_build_without_a_feature_passes_the_rest(
    feature: str, build: Callable[[str], Build]
) -> None:
    build(feature).passes(rest(feature, *QUICK))


@pytest.mark.parametrize("feature", PROVEN)
def test_the_rest_holds_the_tests_of_the_engine_and_none_of_the_feature(feature: str) -> None:
    tests = rest(feature, *QUICK, feature)
    assert "tests/run/test_go.py" in tests
    assert not [name for name in tests if name.startswith(f"tests/{feature}/")]


@pytest.mark.parametrize("feature", FEATURES)
def test_without_a_feature_the_wiring_gives_what_the_others_add(feature: str) -> None:
    whole = Wiring(SET_UP)
    alone = Wiring(SET_UP, features=(feature,))
    without = Wiring(SET_UP, features=[name for name in FEATURES if name != feature])

    own_tools, own_routes = set(alone.services.tools), set(alone.resources)
    assert set(without.services.tools) == set(whole.services.tools) - own_tools
    assert set(without.resources) == set(whole.resources) - own_routes
    assert set(without.takers) == set(whole.takers) - set(alone.takers)
    assert len(hooks(without)) == len(hooks(whole)) - len(hooks(alone))
    assert len(without.services.intake) == len(whole.services.intake) - len(alone.services.intake)


def hooks(wiring: Wiring) -> list[Around]:
    """The features' hooks around a run; what a trace needs is there without them too."""
    return [one for one in wiring.services.around if not isinstance(one, LoopBounds)]


def test_a_brain_of_no_features_still_has_its_services() -> None:
    wiring = Wiring(SET_UP, features=())

    services = wiring.services
    assert (services.tools, services.intake, hooks(wiring)) == ({}, (), [])
    assert wiring.log is wiring.store
    assert resources(wiring) == {}
