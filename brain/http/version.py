"""The version, as in pyproject.toml (a test keeps them equal): bundles hold no package metadata of
ours.
"""

VERSION = "0.2.0"
