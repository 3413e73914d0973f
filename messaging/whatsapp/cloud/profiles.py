"""The business profile: what customers see behind a number's name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from messaging.whatsapp import answers
from messaging.whatsapp.cloud.caller import Asked, Caller
from messaging.whatsapp.graph import node

FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"
Website = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=256)]
Vertical = Literal[
    "OTHER", "AUTO", "BEAUTY", "APPAREL", "EDU", "ENTERTAIN", "EVENT_PLAN", "FINANCE", "GROCERY", "GOVT", "HOTEL",
    "HEALTH", "NONPROFIT", "PROF_SERVICES", "RETAIL", "TRAVEL", "RESTAURANT", "ALCOHOL", "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING", "OTC_DRUGS",
]  # fmt: skip


class ProfileChange(Asked):
    """The fields to change; the others stay. Meta's pages say 256 or 512 for the description: it may say no itself."""

    about: Annotated[str, Field(min_length=1, max_length=139)] | None = None
    address: Annotated[str, Field(max_length=256)] | None = None
    description: Annotated[str, Field(max_length=512)] | None = None
    email: Annotated[str, Field(max_length=128, pattern=r"^([^@\s]+@[^@\s]+)?$")] | None = None
    websites: Annotated[list[Website], Field(max_length=2)] | None = None
    vertical: Vertical | None = None
    profile_picture_handle: Annotated[str, Field(min_length=1)] | None = None


class Profiles(Caller):
    """`/{phone}/whatsapp_business_profile`."""

    def get_business_profile(self, phone_number_id: str) -> answers.BusinessProfile:
        """The profile customers see. A number without one has an empty profile."""
        path = f"{node(phone_number_id)}/whatsapp_business_profile"
        page = self._graph.ask(answers.Page[answers.BusinessProfile], "GET", path, params={"fields": FIELDS})
        return page.data[0] if page.data else answers.BusinessProfile()

    def update_business_profile(self, phone_number_id: str, changes: ProfileChange | Mapping[str, Any]) -> None:
        """Change the given fields of the profile and leave the others. Raises ValidationError for what Meta refuses."""
        change = changes if isinstance(changes, ProfileChange) else ProfileChange.model_validate(dict(changes))
        body = {**change.body(), "messaging_product": "whatsapp"}
        self._confirm("POST", f"{node(phone_number_id)}/whatsapp_business_profile", body=body)
