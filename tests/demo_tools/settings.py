"""For processes that tests start: the test settings, with the demo tools instead of the product's."""

from config.testing import *  # noqa: F403
from config.testing import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.demo_tools.apps.DemoTools"]
