"""A mind of a job has traces like the user's own brain."""

from __future__ import annotations

from pathlib import Path

from brain.jobs.rules import all_ids
from brain.settings.logs import user_hash
from local.engines import postgres
from tests.cloud.traces.collector import collecting, parents, values
from tests.jobs.routes.stage import HELPERS
from tests.routes.stage import deployed


async def test_a_mind_of_a_job_has_a_trace_of_its_own(tmp_path: Path) -> None:
    async with (
        collecting() as received,
        postgres(tmp_path / "postgres") as engine,
        deployed(
            tmp_path / "deployment",
            DATABASE_URL=engine.url,
            OTEL_EXPORTER_OTLP_ENDPOINT=received.url,
        ) as deployment,
    ):
        started = (await deployment.user().post("/api/jobs", json=HELPERS)).json()
        minds = {user_hash(id) for id in all_ids(started["jobId"])}
        run_id = await received.until_run_of(minds)
    spans = received.of(run_id)
    assert len({values(span)["gen_ai.conversation.id"] for span in spans}) == 1
    assert {"run", "loop", "chat script", "commit"} <= {span.name for span in spans}
    assert parents(spans)["chat script"] == parents(spans)["commit"] == "loop"
    [run] = [values(span) for span in spans if span.name == "run"]
    loops = [values(span)["brain.loop"] for span in spans if span.name == "loop"]
    assert (run["brain.state"], loops) == ("done", [*range(1, run["brain.loops"] + 1)])
