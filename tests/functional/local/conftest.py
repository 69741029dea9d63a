"""Fixtures for tests of the local run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .throwaway import Throwaway

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def throwaway(tmp_path: Path) -> Throwaway:
    return Throwaway(tmp_path)
