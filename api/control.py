"""POST /api/control: stop a run, report what was heard, decide a question.

Rewrites also lead the routes for the user's own data here: /api/documents, /api/emails,
/api/facts, /api/preferences, /api/rules, /api/reminders, /api/push, /api/questions, /api/export,
/api/erase, /api/agents, /api/scenarios, and what starts, steers and lists jobs: /api/jobs,
/api/battles/start, /api/jobs/:id/stop.
"""

from brain.cloud import cold
from brain.routes.control import control
from brain.routes.resources import beside_resources
from brain.settings import environment
from brain.wiring import Wiring

app = cold.started(beside_resources({"control": {"POST": control}}, Wiring(environment())))
