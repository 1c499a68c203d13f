import pytest

from .doubles import World


@pytest.fixture
def world() -> World:
    return World()
