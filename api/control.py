"""POST /api/control: stop a run, report what was heard, decide a question.

Rewrites also lead the routes for the user's own data here: /api/documents, /api/emails,
/api/facts, /api/preferences, /api/rules, /api/questions.
"""

from brain.http.edge import by_name
from brain.routes.control import control
from brain.routes.resources import resources
from brain.settings import environment
from brain.wiring import Wiring

wiring = Wiring(environment())
app = by_name({"control": {"POST": control}, **resources(wiring)}, wiring)
