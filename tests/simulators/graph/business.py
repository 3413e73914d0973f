"""The business in these tests: it knows the wire, and calls the simulator with nothing but HTTP."""

from typing import Any

import requests

from simulators.process import GraphSimulator

IDA, MING = "+85291234567", "+85298765432"
BODY = "Hello {{1}}, your order {{2}} has left our house today."


class Business:
    def __init__(self, simulator: GraphSimulator) -> None:
        self.simulator = simulator
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {simulator.token}"

    def close(self) -> None:
        self.session.close()

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self.session.request(method, f"{self.simulator.base_url}/v25.0/{path}", timeout=15, **kwargs)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", path, params=query).json()
        return found

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.call("POST", path, json=fields).json()
        return found

    def send(self, to: str = IDA, *, sender: str = "555001", **fields: Any) -> dict[str, Any]:
        """Send free-form or template; the answer, whatever it is."""
        address = {"recipient": to} if "." in to else {"to": to}
        return self.post(f"{sender}/messages", messaging_product="whatsapp", **address, **fields)

    def text(self, to: str = IDA, body: str = "Good morning", **fields: Any) -> dict[str, Any]:
        return self.send(to, type="text", text={"body": body}, **fields)

    def template(self, to: str = IDA, *words: str, name: str = "order_left", **fields: Any) -> dict[str, Any]:
        """Send the template `order_left`, or another, with its body's words in order."""
        parameters = [{"type": "text", "text": word} for word in words or ("Ida", "1001")]
        components = [{"type": "body", "parameters": parameters}]
        content = {"name": name, "language": {"code": "en"}, "components": components}
        return self.send(to, type="template", template=content, **fields)

    def submit(self, name: str = "order_left", **fields: Any) -> dict[str, Any]:
        """Create a template; by default one with two positional variables."""
        example = {"body_text": [["Ida", "1001"]]}
        asked = {
            "name": name,
            "language": "en",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": BODY, "example": example}],
            **fields,
        }
        return self.post(f"{self.simulator.waba_id}/message_templates", **asked)

    def approved(self, name: str = "order_left", **fields: Any) -> str:
        """Create a template and have it reviewed; its id."""
        answer = self.submit(name, **fields)
        assert "id" in answer, answer
        self.simulator.wait_until_quiet()
        return str(answer["id"])


def code_of(answer: dict[str, Any]) -> int:
    """The error code of an answer; 0 for none."""
    return int(answer.get("error", {}).get("code", 0))


def details_of(answer: dict[str, Any]) -> str:
    error = answer["error"]
    return str(error.get("error_user_msg") or error["error_data"]["details"])
