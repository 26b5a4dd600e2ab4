"""What the brain says itself: one file per language, and the choice among them.

What the model writes is not here, nor what only the model or a developer reads: that is English.
"""
