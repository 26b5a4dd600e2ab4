"""The user's own brain and its jobs: tools, and answers without the model."""
