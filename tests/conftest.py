"""Hypothesis: fresh examples on every run at a developer's desk, the same ones in CI, so that a red run is a change.

What is printed is as wide as here, whatever terminal there is, and however long the names of temporary folders are.
"""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
os.environ["COLUMNS"] = "160"
