"""Tests here share the stage of the disaster."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
