import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-snapshots", action="store_true", help="write what is seen instead of comparing: `make snapshots`"
    )


@pytest.fixture
def updating(request: pytest.FixtureRequest) -> bool:
    # A run of the whole suite loads this file too late for its option.
    return bool(request.config.getoption("--update-snapshots", default=False))
