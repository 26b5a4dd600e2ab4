"""Without a collector nothing of OpenTelemetry is imported, however much the brain does."""

import subprocess
import sys
from pathlib import Path

# A run with a tool over real ports, in a process of its own.
RUN = """
import asyncio, sys
from pathlib import Path
from tests.routes.stage import deployed

async def run(folder):
    async with deployed(Path(folder)) as deployment:
        calls = [{"name": "listReminders", "arguments": {}}]
        await deployment.direct("Hello", {"calls": calls}, {"text": "Done."})
        user = deployment.user()
        await user.ask("Hello")
        while "Done." not in [entry["text"] for entry in await user.log()]:
            pass

asyncio.run(run(sys.argv[1]))
assert "brain.cloud.traces.collector" in sys.modules
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_opentelemetry_is_imported_with_its_variable_only(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path)]
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
