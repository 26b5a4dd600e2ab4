"""What a cold instance of voiceToBrain imports: nothing that its first answer does not need."""

import subprocess
import sys

import pytest

from local.environment import private_settings, service_settings
from local.server import Address
from local.services import ROOT

AT = Address(host="127.0.0.1", port=1)  # nobody is asked
OTHERS = {"OPENAI_API_KEY": "key", "BRAIN_SEARCH": "searxng", "BRAIN_SEARCH_URL": AT.url}
# Each is imported when it is first needed: after a token by a key set, for a tool, after a refusal.
LATER = (
    *("cryptography", "jwt", "email.policy", "httpx", "jsonschema_rs", "selectolax", "unittest"),
    *("openai", "opentelemetry", "psycopg", "pusher", "qstash", "requests", "upstash_redis"),
    *("brain.cloud.model.filters", "brain.cloud.model.refusals", "brain.cloud.model.waits"),
    *("brain.email.outgoing", "brain.email.sharing", "brain.email.tools"),
    *("brain.jobs.rehearsals.parts", "brain.jobs.rehearsals.scenario"),
    *("brain.web.engines", "brain.web.fetch", "brain.web.pages"),
)
SERVICES = """
import sys
from api.voiceToBrain import wiring
assert wiring.services.tools
print(*sorted(sys.modules))
"""


@pytest.mark.parametrize("has_database", [False, True])
def test_what_a_first_answer_does_not_need_is_not_imported(has_database: bool) -> None:
    settings = service_settings(AT, AT, AT, AT.url) | private_settings(AT.url, "s" * 64) | OTHERS
    if not has_database:
        del settings["DATABASE_URL"]
    command = [sys.executable, "-c", SERVICES]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True)
    imported = set(done.stdout.split())
    assert "brain.web.tools" in imported, done.stderr
    assert imported & set(LATER) == set()
