"""The settings of tests: those of a district, in a folder of their own that no one's district is touched by."""

import os
import tempfile

os.environ.setdefault("GANGMU_DIR", tempfile.mkdtemp(prefix="gangmu-tests-"))

from gangmu.config.settings import *  # noqa: F403
