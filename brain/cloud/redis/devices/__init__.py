"""The user's pages: which are there, and which of them says a message aloud."""
