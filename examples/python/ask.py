"""Ask the brain and print each message on a line as it comes, until the last one.

BRAIN_URL=https://your-app.example BRAIN_TOKEN=… python ask.py "What did Anna write?"
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx

SILENCE_S = 30  # seconds; in a stream the server says at least a comment every 10 s
PAUSE_S = 1.0  # seconds before the next try
LIMIT_S = 3600  # seconds for the whole answer: no run is longer
AGAIN = (502, 503, 504)  # nothing was accepted, or nobody knows: the same request again is harmless


def ask(brain: httpx.Client, text: str) -> Iterator[dict[str, Any]]:
    """Yield the messages of the run that answers a text, each once; the last one ends it."""
    said = send(brain, {"text": text, "messageId": str(uuid.uuid4()), "patience": 0.1})
    last_seq, until = said["seq"], time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        try:
            for entry in entries(brain, last_seq):
                last_seq = entry["seq"]  # from here a new stream goes on
                if entry["role"] == "brain" and entry["runId"] == said["runId"]:
                    yield entry
                    if entry["doneAfterThis"]:
                        return
        except httpx.TransportError:
            print("(cut off, connecting again)", file=sys.stderr)
        time.sleep(PAUSE_S)
    raise TimeoutError("no answer")


def send(brain: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    """Send a text until it is accepted. By its messageId it stays one text."""
    until = time.monotonic() + LIMIT_S
    while time.monotonic() < until:
        try:
            answer = brain.post("/api/voiceToBrain", json=body)
        except httpx.TransportError:
            time.sleep(PAUSE_S)
            continue
        if answer.status_code not in AGAIN:
            return dict(answer.raise_for_status().json())
        time.sleep(PAUSE_S)
    raise TimeoutError("the text was not accepted")


def entries(brain: httpx.Client, since: int) -> Iterator[dict[str, Any]]:
    """Yield the entries of the log after a place, as they come, until the stream ends."""
    with brain.stream("GET", "/api/stream", params={"sinceSeq": since}) as stream:
        if stream.status_code in AGAIN:
            return
        stream.raise_for_status()
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "message":
                yield json.loads(line.removeprefix("data: "))


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    headers = {"Authorization": f"Bearer {os.environ['BRAIN_TOKEN']}"}
    url = os.environ["BRAIN_URL"]
    with httpx.Client(base_url=url, headers=headers, timeout=SILENCE_S) as brain:
        for message in ask(brain, sys.argv[1]):
            print(message["text"], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
