from tests.demo_tools.fixtures import demo_tools as demo_tools
