"""What the engine itself tells the model: results of calls, and the note on an open question."""

ASKED = "The user was asked. Nothing is done until they have said yes."
NOT_ASKED = (
    "Not asked and not done: the user has said something new. Read it, then make the call again if "
    "it is still right."
)
HANDED_OUT = "Given to the front end, which ends or redirects the call. No result comes."
ONE_AT_A_TIME = "Not asked and not done: one question at a time. Call again after the answer."

SAID = "Said."
BAD_ARGUMENTS = "The arguments are invalid: "
VOID_QUIT = "Not said: another call in this answer failed. Read its result, then continue."
SILENT_QUIT = "The user has heard nothing yet. Call this again with a message."
TOO_MANY_CALLS = "Not done: too many calls in one answer. Make fewer calls."
UNSURE = (
    "Unknown: the assistant was interrupted during this call, so it may or may not have been done. "
    "It was not tried again. Tell the user that you are not sure."
)

NOT_NOW = "Not asked and not done: preparing it failed. Tell the user, or try again later."

OPEN = (
    "Your question above about {} is still open: nothing that was said has decided it, and it is "
    "not done. If the user seems to answer it now, make the same call again: then they are asked "
    "again."
)
