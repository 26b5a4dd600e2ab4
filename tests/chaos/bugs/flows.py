"""Deliberate bugs in the flows, and the stories in which each is looked for."""

from tests.chaos.bugs.mutant import bug, change

FLOWS = (
    bug(
        "messages are published before they are recorded",
        "crumbs",
        change(
            "run/loop.py",
            "    # A text that joined here would",
            "    for i, early in enumerate(breadcrumbs):\n"
            "        message = early.placed(\n"
            "            seq=turn.seq + 1 + i, run_id=turn.run.run_id, done_after_this=False)\n"
            "        send_websocket_message(turn.outbox, turn.reply, message)\n"
            "    await turn.outbox.drain(limit_s=1)\n"
            "    # A text that joined here would",
        ),
        change(
            "run/loop.py", "    _speak(turn, committed)\n    return None if", "    return None if"
        ),
    ),
    bug(
        "the reply is given before the commit",
        "one two",
        change(
            "run/loop.py",
            "    committed = await turn.commit(CommitKind.FINISH",
            "    if words:\n"
            "        early = words[0].placed(\n"
            "            seq=turn.seq + 1, run_id=turn.run.run_id, done_after_this=True)\n"
            "        turn.reply.give('done', early)\n"
            "        await turn.services.clock.sleep(0)\n"
            "    committed = await turn.commit(CommitKind.FINISH",
        ),
    ),
    bug(
        "a terminal message takes both roads",
        "one",
        change(
            "run/deliver.py",
            'if reply.give("done", message):\n            return message',
            'reply.give("done", message)',
        ),
    ),
    bug(
        "the outbox does not look at the lease",
        "crumbs",
        change("run/deliver.py", "self._lease.check()", "pass"),
    ),
    bug(
        "a tool is run without a look at the lease",
        "tools",
        change("run/work.py", "    turn.lease.check()\n    try:", "    try:"),
    ),
    bug(
        "the model is asked without a look at the lease",
        "one",
        change("run/model.py", "    turn.lease.check()  #", "    #"),
    ),
    bug(
        "tool results are not recorded",
        "quick tools",
        change(
            "run/work.py",
            "            turn.note(returned)",
            "            turn.state = turn.state._with(returned)",
        ),
    ),
    bug(
        "an act is not recorded as started",
        "act",
        change(
            "run/loop.py", "        turn.note(Started(tool_call_id=act.call.id))", "        pass"
        ),
        change(
            "run/work.py",
            "        turn.note(Started(tool_call_id=work.call.id))\n"
            "        await turn.commit(CommitKind.RECORD, activity=work.spec.name, stands=True)\n",
            "        pass\n",
        ),
    ),
    bug(
        "an act that a dead invocation started is run again",
        "act",
        change("run/work.py", "elif work.call.id in turn.inherited:", "elif False:"),
    ),
    bug(
        "a recorded text is answered without a wake-up",
        "two-once",
        change("run/admit.py", "    if not finished:", "    if False:"),
    ),
    bug(
        "a caller's patience ends without a wake-up",
        "impatient-once",
        change(
            "http/waiting.py",
            "asyncio.ensure_future(reply.secure())",
            "asyncio.ensure_future(_no())",
        ),
        change(
            "http/waiting.py",
            "async def wait_for(",
            "async def _no() -> None: ...\n\n\nasync def wait_for(",
        ),
    ),
    bug(
        "a wake-up that finds the brain alive is the last one",
        "long-once",
        change("run/admit.py", 'if wake_call.reason != "event":', "if False:"),
    ),
    bug(
        "a hand-over that comes again leaves no wake-up",
        "brisk-once",
        change(
            "run/admit.py", 'if wake_call.reason != "event":', 'if wake_call.reason == "wakeup":'
        ),
    ),
    bug(
        "a lost lease is taken for another's without a wake-up",
        "one",
        change(
            "run/go.py", "        await _secure(turn)\n", '        turn.reply.give("running")\n'
        ),
    ),
    bug(
        "an arming that was given up passes for one that succeeded",
        "hasty-once",
        change("http/waiting.py", "if arming.done() and not arming.cancelled():", "if True:"),
    ),
    bug(
        "a quit after its work passes for an answer to what was said meanwhile",
        "beside",
        change(
            "run/loop.py",
            "CommitKind.RECORD if verdict.quit or asks else CommitKind.GO_ON",
            "CommitKind.GO_ON",
        ),
    ),
    bug(
        "a call is done without the user's yes",
        "asked",
        change("run/asking.py", "or not await consent.needs_yes(", "or await consent.needs_yes("),
    ),
    bug(
        "a decision is not taken up",
        "asked",
        change("run/loop.py", "or take_decision(turn)", ""),
    ),
    bug(
        "a lease that is being given back is renewed",
        "long",
        change(
            "run/turn.py",
            "self.lease.is_ending = commit.kind in GIVES_BACK",
            "self.lease.is_ending = False",
        ),
        change("run/turn.py", "self.lease.is_ending = made.finished or", "_ ="),
    ),
)
