"""The brain's own texts for users: one file per language, and the choice of the language.

Text that the model writes is not here. Text for the model or for developers is not here either: it
is always in English.
"""
