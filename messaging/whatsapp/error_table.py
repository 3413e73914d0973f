"""Meta's error codes as data: what each means and what to do about it.

Source: Meta's Cloud API error tables of 2025-12 to 2026-09. The retry class is our judgement:

- NOT_ATTEMPTED only where Meta throttles or says "later"; the seconds are the first wait, growing is the engine's work.
- HOLD where every following message would fail the same way until a person acts.
- PERMANENT where Meta documents that this message was refused.
- UNSURE for Meta's own outages and for every code that is not listed: the message may have gone out.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.carriers import Retry, Scope

NOT_ATTEMPTED, PERMANENT, UNSURE, HOLD = Retry.NOT_ATTEMPTED, Retry.PERMANENT, Retry.UNSURE, Retry.HOLD


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means. `meaning` and `do` are for people; `retry_after` is in seconds."""

    title: str
    retry: Retry
    meaning: str | Promise
    do: str | Promise
    scope: Scope = "message"
    retry_after: float | None = None
    opts_out: bool = False


_FIX = _("Correct the message or its template and ask for a new send.")
_SLOW = _("Nothing to do: it goes again by itself, more slowly.")
_TOKEN = _("Replace the access token, then resume the queue.")
_RIGHTS = _("Give the system user the missing permission or asset, then resume the queue.")
_LATER = _("Nothing to do: it goes again by itself, later.")
_WATCH = _("Wait for the delivery report; a person decides whether to send again.")
_SUPPORT = _("Open a ticket with Meta if it persists.")

ROWS: dict[int, Row] = {
    # --- the Graph API itself
    0: Row("AuthException", HOLD, _("The access token cannot be used."), _TOKEN, "account"),
    1: Row("API Unknown", UNSURE, _("Meta could not read the request or stumbled over it."), _WATCH),
    2: Row("API Service", UNSURE, _("Meta is down or overloaded."), _WATCH),
    3: Row("API Method", HOLD, _("The app lacks a capability."), _RIGHTS, "account"),
    4: Row("API Too Many Calls", NOT_ATTEMPTED, _("The app's hourly call limit is used up."), _SLOW, "account", 300),
    10: Row("Permission Denied", HOLD, _("A permission is missing or was taken away."), _RIGHTS, "account"),
    17: Row("User request limit reached", NOT_ATTEMPTED, _("The system user calls too often."), _SLOW, "account", 60),
    33: Row("Parameter value is not valid", HOLD, _("The phone number id no longer exists."), _RIGHTS, "sender"),
    100: Row("Invalid parameter", PERMANENT, _("A field is unknown, misspelt or too long."), _FIX),
    104: Row("Token missing", HOLD, _("No access token arrived."), _TOKEN, "account"),
    190: Row("Access token has expired", HOLD, _("The access token is expired or revoked."), _TOKEN, "account"),
    368: Row(
        "Temporarily blocked for policies violations",
        HOLD,
        _("Meta has restricted the business account for breaking its policies."),
        _("Read the violation in Business Support, appeal or wait, then resume the queue."),
        "account",
    ),
    613: Row("Calls exceed rate limit", NOT_ATTEMPTED, _("Too many calls in a short time."), _SLOW, "account", 60),
    803: Row("Object not found", HOLD, _("The phone number or account id is wrong."), _RIGHTS, "sender"),
    80007: Row("Rate limit issues", NOT_ATTEMPTED, _("The account's hourly limit is used up."), _SLOW, "account", 300),
    # --- messages
    130403: Row(
        "User is blocked", PERMANENT, _("We have blocked this person."), _("Unblock the person first."), "pair"
    ),
    130429: Row("Rate limit hit", NOT_ATTEMPTED, _("The number sends faster than it may."), _SLOW, "sender", 1),
    130472: Row(
        "User's number is part of an experiment",
        PERMANENT,
        _("Meta keeps marketing from this person for an experiment; it is not billed and says nothing about consent."),
        _("Do not send it again; a message inside an open conversation still arrives."),
        "pair",
    ),
    130497: Row(
        "Business account is restricted from messaging users in this country",
        PERMANENT,
        _("The account may not write to this country."),
        _("Leave the country out of the audience."),
    ),
    131000: Row("Something went wrong", UNSURE, _("Meta gives no reason."), _SUPPORT),
    131005: Row("Access denied", HOLD, _("A permission is missing."), _RIGHTS, "account"),
    131008: Row("Required parameter is missing", PERMANENT, _("A required field is missing."), _FIX),
    131009: Row("Parameter value is not valid", PERMANENT, _("A field has a value Meta does not take."), _FIX),
    131016: Row("Service unavailable", UNSURE, _("A part of Meta's service is down."), _WATCH),
    131021: Row(
        "Recipient cannot be sender", PERMANENT, _("The message was addressed to its own sender."), _FIX, "pair"
    ),
    131026: Row(
        "Message undeliverable",
        PERMANENT,
        _("Not on WhatsApp, an old client, or its terms not accepted; Meta does not say which."),
        _("Reach the person by SMS."),
        "pair",
    ),
    131030: Row(
        "Recipient phone number not in allowed list",
        PERMANENT,
        _("A test number only writes to its five verified recipients."),
        _("Add the recipient in the app dashboard, or send from a real number."),
        "pair",
    ),
    131031: Row(
        "Account has been locked",
        HOLD,
        _("The account is locked for a policy violation or a wrong PIN."),
        _("Read the account's health status and appeal, then resume the queue."),
        "account",
    ),
    131035: Row("Message dropped", PERMANENT, _("A number without storage got its webhook too late."), _SUPPORT),
    131036: Row(
        "Message not re-encrypted", PERMANENT, _("A number without storage could not reach a device."), _SUPPORT
    ),
    131037: Row(
        "Display name approval needed",
        HOLD,
        _("A 555 number sends only under an approved display name."),
        _("Have the display name approved, then resume the queue."),
        "sender",
    ),
    131042: Row(
        "Business eligibility payment issue",
        HOLD,
        _("The payment method, credit line, time zone or currency is missing."),
        _("Settle the payment set-up in Business Manager, then resume the queue."),
        "account",
    ),
    131044: Row("Payment issue", HOLD, _("A payment is open."), _("Settle the payment, then resume."), "account"),
    131045: Row(
        "Incorrect certificate", HOLD, _("The number is not registered."), _("Register it, then resume."), "sender"
    ),
    131047: Row(
        "Re-engagement message",
        PERMANENT,
        _("The person last wrote more than 24 hours ago."),
        _("Send an approved template instead."),
        "pair",
    ),
    131048: Row(
        "Spam rate limit hit",
        HOLD,
        _("The number is restricted because people blocked or reported it."),
        _("Stop the campaign, look at the number's quality, resume after some hours."),
        "sender",
    ),
    131049: Row(
        "Meta chose not to deliver",
        PERMANENT,
        _("The person gets no more marketing for now; asking again makes it worse."),
        _("Wait at least a day before the next marketing message to this person."),
        "pair",
    ),
    131050: Row(
        "User has stopped receiving marketing messages",
        PERMANENT,
        _("The person has switched off marketing messages from this business."),
        _("Nothing to do: it is kept as an opt-out from marketing."),
        "pair",
        opts_out=True,
    ),
    131051: Row("Unsupported message type", PERMANENT, _("Meta does not take this kind of message."), _FIX),
    131052: Row("Media download error", PERMANENT, _("The media could not be fetched or is over 100 MB."), _FIX),
    131053: Row("Media upload error", PERMANENT, _("The media has the wrong type or a dead link."), _FIX),
    131055: Row("Method not allowed", PERMANENT, _("This way takes only marketing templates."), _FIX),
    131056: Row("Pair rate limit hit", NOT_ATTEMPTED, _("Too many messages to the same person."), _SLOW, "pair", 6),
    131057: Row("Account in maintenance mode", NOT_ATTEMPTED, _("Meta is moving the number."), _LATER, "sender", 60),
    131060: Row("Message unavailable", PERMANENT, _("The content is only visible in the phone app."), _SUPPORT),
    131061: Row("Template has a maximum price", PERMANENT, _("It must go through the marketing messages API."), _FIX),
    131062: Row(
        "Recipient needs a phone number",
        PERMANENT,
        _("This kind of message cannot go to a business-scoped user id."),
        _("Ask the person for a phone number."),
        "pair",
    ),
    131063: Row(
        "Marketing is disabled on Cloud API",
        HOLD,
        _("The account sends marketing only through the marketing messages API."),
        _("Allow marketing on the Cloud API for the account, then resume the queue."),
        "account",
    ),
    131064: Row(
        "Capped for template misclassification",
        HOLD,
        _("Meta limits the account because marketing was declared as utility."),
        _("Correct the categories; the limit lifts after its period, then resume."),
        "account",
    ),
    # --- templates
    132000: Row("Template Param Count Mismatch", PERMANENT, _("The number of variables is wrong."), _FIX),
    132001: Row(
        "Template does not exist", PERMANENT, _("No approved template of this name and language."), _FIX, "template"
    ),
    132005: Row("Template Hydrated Text Too Long", PERMANENT, _("The text is too long once filled in."), _FIX),
    132007: Row("Template Format Character Policy Violated", PERMANENT, _("The text breaks a format rule."), _FIX),
    132008: Row("Template parameter value invalid", PERMANENT, _("A variable has a value Meta does not take."), _FIX),
    132012: Row("Template Parameter Format Mismatch", PERMANENT, _("A variable has the wrong format."), _FIX),
    132015: Row(
        "Template is Paused",
        PERMANENT,
        _("Meta paused the template for low quality, or dropped the message while pacing it."),
        _("Stop the send; resume when the template is approved again."),
        "template",
    ),
    132016: Row(
        "Template is Disabled",
        PERMANENT,
        _("Meta has disabled the template for low quality."),
        _("Create a different template."),
        "template",
    ),
    132018: Row("Template validation error", PERMANENT, _("A variable does not fit the template."), _FIX),
    132068: Row("Flow is blocked", PERMANENT, _("The flow in the message is blocked."), _FIX, "template"),
    132069: Row("Flow is throttled", PERMANENT, _("The flow may go out ten times an hour."), _FIX, "template"),
    # --- registration
    133000: Row(
        "Incomplete Deregistration", HOLD, _("The number is half deregistered."), _("Register again."), "sender"
    ),
    133004: Row("Server Temporarily Unavailable", NOT_ATTEMPTED, _("Meta is busy."), _LATER, "sender", 30),
    133005: Row("Two-step PIN mismatch", HOLD, _("The PIN is wrong."), _("Register with the right PIN."), "sender"),
    133006: Row("Number needs verification", HOLD, _("Meta asks again."), _("Verify the number again."), "sender"),
    133008: Row("Too many PIN guesses", NOT_ATTEMPTED, _("Meta says how long to wait."), _LATER, "sender", 3600),
    133009: Row("PIN guessed too fast", NOT_ATTEMPTED, _("Meta says how long to wait."), _LATER, "sender", 3600),
    133010: Row("Phone number not registered", HOLD, _("The number is not registered."), _("Register it."), "sender"),
    133015: Row("Number deletion still running", NOT_ATTEMPTED, _("It takes minutes."), _LATER, "sender", 300),
    133016: Row("Registration limit", NOT_ATTEMPTED, _("Ten registrations in 72 hours."), _LATER, "sender", 28800),
    # --- the rest
    134011: Row("Payments terms", HOLD, _("The payments terms are not accepted."), _("Accept them."), "account"),
    134100: Row("Only marketing messages supported", PERMANENT, _("This way takes only marketing."), _FIX),
    134101: Row(
        "Template still syncing", NOT_ATTEMPTED, _("A new template takes ten minutes."), _LATER, "template", 600
    ),
    134102: Row("Template unavailable", HOLD, _("The account is not on-boarded for it."), _SUPPORT, "template"),
    134103: Row(
        "Template still syncing", NOT_ATTEMPTED, _("A new template takes ten minutes."), _LATER, "template", 600
    ),
    135000: Row("Generic user error", PERMANENT, _("Meta gives no reason but refuses."), _FIX),
    137000: Row(
        "Identity key mismatch",
        PERMANENT,
        _("Another person may stand behind the number now."),
        _("Have the person identify again."),
        "pair",
    ),
    139200: Row("Direct send blocked", HOLD, _("Meta has blocked direct sends."), _SUPPORT, "account"),
    2494100: Row("Number in maintenance", NOT_ATTEMPTED, _("The number is being moved."), _LATER, "sender", 60),
}
