"""Meta's error codes as this simulator uses them, and the envelope they travel in.

Source: Meta's Cloud API error tables of 2025-12 to 2026-09. Titles and HTTP statuses are as printed there; where the
tables print no status, 400 is our choice. `details` is what we say when the refusing place has nothing better to say.
"""

import secrets
from dataclasses import dataclass
from typing import Any

HELP = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(frozen=True, slots=True)
class Row:
    """One code: its title, the HTTP status of a refusal, and the usual details."""

    title: str
    http: int = 400
    details: str = ""


ROWS: dict[int, Row] = {
    0: Row("AuthException", 401, "We were unable to authenticate the app user."),
    1: Row("API Unknown", 400, "Invalid request or possible server error."),
    2: Row("API Service", 503, "Service temporarily unavailable."),
    3: Row("API Method", 500, "Capability or permissions issue."),
    4: Row("API Too Many Calls", 400, "The app has reached its call rate limit."),
    10: Row("Permission Denied", 403, "Permission is either not granted or has been removed."),
    33: Row("Parameter value is not valid", 400, "The business phone number has been deleted."),
    100: Row("Invalid parameter", 400),
    104: Row("Access token required", 401),
    190: Row("Access token has expired", 401),
    200: Row("API Permission", 403, "Permission is either not granted or has been removed."),
    368: Row("Temporarily blocked for policies violations", 403, "The account has been restricted or disabled."),
    613: Row("Calls exceed rate limit", 429),
    # Not in the tables; the Graph API has always said this to an address it does not know.
    2500: Row("Unknown path components", 400),
    80007: Row("Rate limit issues", 400, "The WhatsApp Business Account has reached its rate limit."),
    130403: Row("User is blocked", 400, "The business has blocked this user."),
    130429: Row("Rate limit hit", 400, "Too many messages were sent from this phone number in a short period of time."),
    130472: Row("User's number is part of an experiment", 400),
    130497: Row("Business account is restricted from messaging users in this country", 403),
    131000: Row("Something went wrong", 500, "The message failed to send due to an unknown error."),
    131005: Row("Access denied", 403),
    131008: Row("Required parameter is missing", 400),
    131009: Row("Parameter value is not valid", 400),
    131016: Row("Service unavailable", 500, "A service is temporarily unavailable."),
    131021: Row("Recipient cannot be sender", 400, "Sender and recipient phone number is the same."),
    131026: Row("Message undeliverable", 400, "Unable to deliver message."),
    131030: Row("Recipient phone number not in allowed list", 400),
    131031: Row("Account has been locked", 403),
    131037: Row("WhatsApp provided number needs display name approval before message can be sent.", 400),
    131042: Row("Business eligibility payment issue", 400, "There was an error related to your payment method."),
    131045: Row("Incorrect certificate", 500),
    131047: Row("Re-engagement message", 400, "More than 24 hours have passed since the customer last replied."),
    131048: Row("Spam rate limit hit", 400, "Restrictions on how many messages can be sent from this phone number."),
    131049: Row("Meta chose not to deliver", 400, "Not delivered to maintain healthy ecosystem engagement."),
    131050: Row("User has stopped receiving marketing messages from this business", 400),
    131051: Row("Unsupported message type", 400),
    131052: Row("Media download error", 400),
    131053: Row("Media upload error", 400),
    131055: Row("Method not allowed", 400, "Only marketing templates are supported."),
    131056: Row("Pair rate limit hit", 400, "Too many messages from this phone number to the same phone number."),
    131057: Row("Account in maintenance mode", 500),
    131059: Row("Invalid pagination cursor", 400, "Remove the cursor and start paging anew."),
    131062: Row("Business-scoped user ID recipient not supported", 400, "This message needs a phone number."),
    131063: Row("Marketing messages are disabled on Cloud API", 400),
    131064: Row("Capped for template misclassification", 400),
    132000: Row("Number of parameters does not match the expected number of params", 400),
    132001: Row("Template name does not exist in the translation", 404),
    132005: Row("Translated text too long", 400),
    132007: Row("Template format character policy violated", 400),
    132008: Row("Template parameter value is invalid", 400),
    132012: Row("Parameter format does not match format in the created template", 400),
    132015: Row("Template is paused", 400, "Paused due to low quality, so it cannot be sent."),
    132016: Row("Template is disabled", 400, "Paused too many times due to low quality; permanently disabled."),
    132018: Row("There is an issue with the parameters in your template", 400),
    133004: Row("Server temporarily unavailable", 503),
    133005: Row("Two step verification PIN mismatch", 400, "The PIN is not the one of this number."),
    133006: Row("Phone number re-verification needed", 400, "Ask for a code and verify the number first."),
    133008: Row("Too many two step verification PIN guesses", 400, "Wait before the next guess."),
    133010: Row("Phone number not registered", 400),
    133016: Row("Account register/deregister rate limit exceeded", 400, "10 times in 72 hours."),
    134100: Row("Only marketing messages supported", 400),
    137000: Row("Identity key mismatch", 400),
    139100: Row("Failed to block/unblock some users", 400),
    139001: Row("Flow is published already", 400, "A published flow cannot be changed."),
    139002: Row("Flow is not a valid draft", 400),
    139003: Row("Flow cannot be deprecated", 400, "Only a published flow can be."),
    139004: Row("Flow cannot be deleted", 400, "Only a draft can be."),
    139200: Row("Direct Send utility access blocked", 400),
    200006: Row("Template insights cannot be disabled", 400),
    200007: Row("Template insights are not enabled", 400),
    2494100: Row("Number in maintenance", 400),
}


class GraphError(Exception):
    """A refusal. `subcode`, `user_title` and `user_msg` belong to template management; `text` replaces the message."""

    def __init__(
        self,
        code: int,
        details: str = "",
        *,
        subcode: int | None = None,
        user_title: str = "",
        text: str = "",
        kind: str = "OAuthException",
        facts: dict[str, Any] | None = None,
    ) -> None:
        row = ROWS[code]
        self.code = code
        self.http = row.http
        self.details = details or row.details or row.title
        self.subcode = subcode
        self.user_title = user_title
        self.text = text or f"(#{code}) {row.title}"
        self.kind = kind
        self.facts = facts or {}
        super().__init__(f"{self.text}: {self.details}")

    def envelope(self) -> dict[str, Any]:
        """The body of the answer."""
        error: dict[str, Any] = {"message": self.text, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user_title:
            error |= {"is_transient": False, "error_user_title": self.user_title, "error_user_msg": self.details}
        elif self.kind == "OAuthException" and self.code >= 100:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return {"error": error, **self.facts}


def webhook_error(code: int, details: str = "") -> dict[str, Any]:
    """The same code as it appears in a status webhook."""
    row = ROWS[code]
    said = details or row.details or row.title
    return {"code": code, "title": row.title, "message": row.title, "error_data": {"details": said}, "href": HELP}


def unknown_object(method: str, node: str) -> GraphError:
    """What the Graph API says of an id it does not know, or that the token may not see."""
    text = (
        f"Unsupported {method.lower()} request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation"
    )
    return GraphError(100, subcode=33, text=text, kind="GraphMethodException")
