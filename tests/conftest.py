"""Hypothesis: fresh examples on every run at a developer's desk, the same ones in CI, so that a red run is a change."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
