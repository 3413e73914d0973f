"""Flows: forms inside WhatsApp. A published one can no longer be changed."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import UPLOAD_SECONDS, node

FIELDS = "id,name,status,categories,validation_errors,json_version,data_api_version,endpoint_uri"
Category = Literal[
    "SIGN_UP", "SIGN_IN", "APPOINTMENT_BOOKING", "LEAD_GENERATION", "CONTACT_US", "CUSTOMER_SUPPORT", "SURVEY", "OTHER"
]


class FlowFault(answers.Answer):
    """What is wrong in the flow's JSON, and where."""

    error: answers.Text = ""
    error_type: answers.Text = ""
    message: answers.Text = ""
    line_start: int = 0
    column_start: int = 0


class Flow(answers.Answer):
    """A flow as Meta keeps it. `status` is DRAFT, PUBLISHED, DEPRECATED, BLOCKED or THROTTLED."""

    id: answers.Id
    name: answers.Text = ""
    status: answers.Text = ""
    categories: answers.Many = Field(default_factory=list)
    validation_errors: list[FlowFault] = Field(default_factory=list)
    json_version: answers.Text = ""
    data_api_version: answers.Text = ""
    endpoint_uri: answers.Text = ""


class NewFlow(Asked):
    """A flow to be drafted."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    categories: Annotated[list[Category], Field(min_length=1)]
    clone_flow_id: str | None = None
    endpoint_uri: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None


class FlowChange(Asked):
    """What may change about a draft beside its JSON."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    categories: Annotated[list[Category], Field(min_length=1)] | None = None
    endpoint_uri: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None


class Asset(answers.Answer):
    """A file of a flow; the address is good for a short while."""

    name: answers.Text = ""
    asset_type: answers.Text = ""
    download_url: answers.Text = ""


class _Checked(answers.Answer):
    success: answers.Flag = False
    validation_errors: list[FlowFault] = Field(default_factory=list)


class _Key(answers.Answer):
    business_public_key: answers.Text = ""
    business_public_key_signature_status: answers.Text = ""


class Flows(Caller):
    """`/{waba}/flows` and the flows themselves."""

    def list_flows(self, waba_id: str) -> Iterator[Flow]:
        """All flows of the account."""
        return self._pages(answers.Page[Flow], f"{node(waba_id)}/flows", {"fields": FIELDS, "limit": "100"})

    def get_flow(self, flow_id: str) -> Flow:
        """One flow, with what Meta found wrong in it."""
        return self._graph.ask(Flow, "GET", node(flow_id), params={"fields": FIELDS})

    def create_flow(self, waba_id: str, flow: NewFlow) -> str:
        """Begin a draft; its id."""
        return self._graph.ask(answers.Identified, "POST", f"{node(waba_id)}/flows", body=flow.body()).id

    def change_flow(self, flow_id: str, change: FlowChange) -> None:
        """Change a draft's name, categories or endpoint."""
        self._confirm("POST", node(flow_id), body=change.body())

    def write_flow(self, flow_id: str, definition: Mapping[str, Any]) -> list[FlowFault]:
        """Put the JSON of a draft; what Meta finds wrong in it. With faults it is kept, and cannot be published."""
        files = {"file": ("flow.json", json.dumps(definition).encode(), "application/json")}
        fields = {"name": "flow.json", "asset_type": "FLOW_JSON"}
        path = f"{node(flow_id)}/assets"
        ask = self._graph.ask
        answer = ask(_Checked, "POST", path, data=fields, files=files, read_seconds=UPLOAD_SECONDS)
        return answer.validation_errors

    def list_flow_assets(self, flow_id: str) -> Iterator[Asset]:
        """The files of a flow."""
        return self._pages(answers.Page[Asset], f"{node(flow_id)}/assets", {"limit": "100"})

    def publish_flow(self, flow_id: str) -> None:
        """Let a draft be sent; from then on it stays as it is."""
        self._confirm("POST", f"{node(flow_id)}/publish")

    def deprecate_flow(self, flow_id: str) -> None:
        """Take a published flow out of use."""
        self._confirm("POST", f"{node(flow_id)}/deprecate")

    def delete_flow(self, flow_id: str) -> None:
        """Delete a draft."""
        self._confirm("DELETE", node(flow_id))

    def set_flow_key(self, phone_number_id: str, public_key: str) -> None:
        """The RSA key (2,048 bits, PEM) under which a number's flows talk to our endpoint."""
        if not public_key.strip().startswith("-----BEGIN PUBLIC KEY-----"):
            raise ValueError("The public key is PEM and begins with -----BEGIN PUBLIC KEY-----.")
        path = f"{node(phone_number_id)}/whatsapp_business_encryption"
        self._confirm("POST", path, data={"business_public_key": public_key})

    def flow_key_status(self, phone_number_id: str) -> str:
        """Whether Meta holds a good signature of our key: VALID, MISMATCH, or empty without a key."""
        path = f"{node(phone_number_id)}/whatsapp_business_encryption"
        return self._graph.ask(_Key, "GET", path).business_public_key_signature_status
