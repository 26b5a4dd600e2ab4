"""The questions of the brain before an act, as parts of the language files."""
