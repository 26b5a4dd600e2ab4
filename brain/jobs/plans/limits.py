"""The limits of what users and models ask of jobs."""

TOKENS_HELPER = 30_000  # of a helper by default: about ten pages read and a result
TOKENS_TALK = 60_000  # of a talk or a rehearsal by default
LEAST_TOKENS_EACH = 5_000
MOST_TOKENS = 2_000_000  # of a job: ten minds with the most of each
TOKENS_ANSWER = 600  # of one text in a talk by default
MAX_TITLE_CHARS = 300  # of a job
MAX_TASK_CHARS = 100  # of the title of a task
MAX_BRIEF_CHARS = 8_000
MAX_INSTRUCTIONS_CHARS = 20_000
MAX_MESSAGES = 25  # of a talk
