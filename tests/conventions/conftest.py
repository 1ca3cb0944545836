"""Conventions are read from the source: nothing is imported, nothing runs."""

from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).parent))
