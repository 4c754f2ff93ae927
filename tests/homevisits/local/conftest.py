"""A data folder for servers and demos."""

import shutil
import tempfile
from pathlib import Path

import pytest

from homevisits.local.datafolder import emptied


@pytest.fixture
def folder():
    """Below a folder that only its owner may enter, with a path short enough for sockets."""
    private = Path(tempfile.mkdtemp())  # has mode 0700
    folder = private / "data"
    folder.mkdir()
    yield folder
    emptied(folder)
    shutil.rmtree(private)
