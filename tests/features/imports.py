"""Who imports whom, as it is written in the sources."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from tests.features.builds import ROOT, TOOLS, module_name, sources


def rest(feature: str, *folders: str) -> list[str]:
    """The files of tests in these folders of `tests` that can do without a feature: neither they
    nor what they import from the tests, the stand-ins or the benchmarks imports it.
    """
    return [
        name.as_posix()
        for name in sources()
        if name.name.startswith("test_")
        and name.suffix == ".py"
        and name.parts[1] in folders
        and not _reaches(module_name(name), f"brain.{feature}")
    ]


def users(feature: str) -> set[str]:
    """The modules of `brain` outside a feature that import it when they run, without `TOOLS`."""
    own = f"brain.{feature}"
    tools = [f"brain.{tool}" for tool in TOOLS]
    return {
        name
        for name, imported in imported_by_module().items()
        if name.startswith("brain.") and not any(_is_in(name, one) for one in (own, *tools))
        if any(_is_in(one, own) for one in imported)
    }


@cache
def imported_by_module() -> Mapping[str, frozenset[str]]:
    """What each module imports when it runs: not what it imports for its types only."""
    return {
        module_name(name): frozenset(_imports(ast.parse((ROOT / name).read_text("utf-8"))))
        for name in sources()
        if name.suffix == ".py"
    }


def _imports(node: ast.AST) -> Iterator[str]:
    """The names of modules; of `from a import b` both a and a.b, since b may be a module."""
    match node:
        case ast.Import(names=names):
            yield from (one.name for one in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield module
            yield from (f"{module}.{one.name}" for one in names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
            for statement in orelse:
                yield from _imports(statement)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imports(child)


def _reaches(module: str, package: str) -> bool:
    """Whether a module of tests imports a package of the brain, itself or through others. Paths
    through the brain do not count: there the package must not be needed.
    """
    graph, seen, ahead = imported_by_module(), {module}, [module]
    while ahead:
        name = ahead.pop()
        for one in (*graph.get(name, ()), *_around(name)):
            if _is_in(one, package):
                return True
            if one not in seen and one in graph and not _is_in(one, "brain"):
                seen.add(one)
                ahead.append(one)
    return False


def _around(module: str) -> Iterator[str]:
    """What is loaded with a module: the packages that it stands in, and their conftest."""
    while "." in module:
        module = module.rpartition(".")[0]
        yield module
        yield f"{module}.conftest"


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")
