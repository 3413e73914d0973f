"""create_template: checked here, drafted, and put before the person who lets it go to Meta's review."""

from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from django.utils.translation import gettext as _
from pydantic import BeforeValidator, Field

from approvals.calls import call as use
from approvals.contracts import Answer, Ask
from approvals.envelope import Envelope
from approvals.models import ActionRequest, State
from approvals.reasons import Reason, Refused
from approvals.registry import Call, Kind, tool
from approvals.versions import token_of
from messaging.models import Channel, Template, TemplateTranslation, TranslationStatus
from messaging.tools.meta.outcomes import PENDING, ActionRequestId
from messaging.tools.meta.refusing import renamed
from messaging.whatsapp.templates.variables import names_in

_PREVIEW: Final = "whatsapp.template_submit.preview"
_DRAFT: Final = "whatsapp.template_draft.upsert"
_SUBMIT: Final = "whatsapp.template.submit"

# What Meta's reviewers read in place of variables; callers of this tool name no samples of their own.
_SAMPLE: Final = "Sample %d"
_FIELDS: Final = {"body": "body_text", "translations.0.body.text": "body_text", "translations.0.language": "language"}
_FIELDS_OF_OURS: Final = ("account_id", "preview_id", "base_version_token", "default_language")


def _capitals(said: Any) -> Any:
    return said.upper() if isinstance(said, str) else said


class NewTemplateAsk(Ask):
    name: Annotated[str, Field(min_length=1, max_length=512, description="Lower-case letters, digits and _.")]
    category: Annotated[
        Literal["UTILITY", "MARKETING", "AUTHENTICATION"],
        BeforeValidator(_capitals),
        Field(description="What Meta charges it as. Promotion of any kind is MARKETING."),
    ]
    language: Annotated[str, Field(min_length=2, max_length=16, description="Meta's language code, such as en.")]
    body_text: Annotated[
        str, Field(min_length=1, max_length=1024, description="The text, variables as {{1}} or {{first_name}}.")
    ]


class NewTemplate(Answer):
    template_name: Annotated[str, Field(description="The template.")]
    locale: Annotated[str, Field(description="Its language.")]
    category: Annotated[str, Field(description="What it is charged as: our word until Meta has said its own.")]
    status: Annotated[
        str, Field(description="pending_approval until a person lets it go, PENDING while Meta reviews it, and so on.")
    ]
    meta_id: Annotated[str, Field(description="Its id at Meta; empty until Meta has it.")]
    note: Annotated[str, Field(description="What happens next, in words.")]
    action_request_id: ActionRequestId = None


@tool(
    "create_template",
    kind=Kind.COMPOSED,
    scope="meta:request",
    through=(_PREVIEW, _DRAFT, _SUBMIT),
    reads_first=("list_templates",),
    safety="Checked by Meta's rules first; a compliance officer reads it before it goes to Meta. The same once more"
    " submits nothing twice.",
)
def create_template(call: Call, ask: NewTemplateAsk) -> NewTemplate:
    """Draft a template of one language and ask for its submission to Meta; asked again, tell where it stands."""
    if ask.category == "AUTHENTICATION":
        raise Refused(_texts_of_codes_are_metas())
    try:
        return _create(call, ask)
    except Refused as no:
        raise renamed(no, {}, fields=_FIELDS | dict.fromkeys(_FIELDS_OF_OURS, "")) from None


def _create(call: Call, ask: NewTemplateAsk) -> NewTemplate:
    there = _template(call, ask.name)
    made = use(_PREVIEW, _preview_of(ask, there), call.actor, call.now)
    contract: Any = made.data
    digest = contract["texts"][0]["digest"]
    waiting = _waiting(call, ask.name, digest)
    if waiting is not None:
        return _told(ask, PENDING, waiting)
    if there is None:
        kept = _asked_for(_DRAFT, made, call)
        if kept.request is not None and kept.request.state != State.SUCCEEDED:
            return _told(ask, PENDING, kept.request.action_request_id)
    elif (text := _same_text(there, ask.language, digest)) is None:
        raise Refused(_exists_already())
    elif text.status != TranslationStatus.DRAFT:
        return _standing(text)
    asked = _asked_for(_SUBMIT, made, call)
    assert asked.request is not None
    return _told(ask, PENDING, asked.request.action_request_id)


def _preview_of(ask: NewTemplateAsk, there: Template | None) -> dict[str, Any]:
    names = dict.fromkeys(names_in(ask.body_text))
    samples = {name: _SAMPLE % place for place, name in enumerate(names, 1)}
    style = "POSITIONAL" if all(name.isdecimal() for name in names) else "NAMED"
    text = {"language": ask.language, "style": style, "body": {"text": ask.body_text, "examples": samples}}
    return {
        "name": ask.name,
        "category": ask.category.lower(),
        "default_language": ask.language,
        "translations": [text],
        "base_version_token": token_of(there) if there else "",
    }


def _template(call: Call, name: str) -> Template | None:
    own = Template.objects.filter(organisation=call.organisation, channel=Channel.WHATSAPP, name=name)
    return own.order_by("account__name", "pk").first()


def _same_text(there: Template, language: str, digest: str) -> TemplateTranslation | None:
    return there.translations.select_related("template").filter(language=language, digest=digest).first()


def _waiting(call: Call, name: str, digest: str) -> Any:
    """The id of a request for this very text that somebody has still to decide."""
    requests = ActionRequest.objects.filter(
        organisation=call.organisation,
        tool__in=(_DRAFT, _SUBMIT),
        state__in=(State.PENDING, State.APPROVED, State.EXECUTING),
        expires_at__gt=call.now,
        preview__contract__name=name,
        preview__contract__texts__0__digest=digest,
    )
    return requests.order_by("created_at").values_list("pk", flat=True).first()


def _asked_for(name: str, made: Envelope[Any], call: Call) -> Envelope[Any]:
    wish = {
        "preview_id": str(made.preview_id),
        "idempotency_key": f"create_template {uuid4()}",
        "reason": _("Asked for with %s.") % "create_template",
    }
    return use(name, wish, call.actor, call.now)


def _told(ask: NewTemplateAsk, status: str, request_id: Any) -> NewTemplate:
    return NewTemplate(
        template_name=ask.name,
        locale=ask.language,
        category=ask.category,
        status=status,
        meta_id="",
        note=_("Nothing has gone to Meta: a person decides first. Ask again with the same words to learn where it is."),
        action_request_id=request_id,
    )


def _standing(text: TemplateTranslation) -> NewTemplate:
    notes = {
        TranslationStatus.PENDING: _("Meta reviews it; its word arrives by webhook."),
        TranslationStatus.SUBMITTING: _("It is on its way to Meta."),
        TranslationStatus.UNSURE: _("Nobody knows whether Meta has it: sync_template_status asks."),
    }
    return NewTemplate(
        template_name=text.template.name,
        locale=text.language,
        category=text.category.upper(),
        status=text.status,
        meta_id=text.meta_id,
        note=notes.get(TranslationStatus(text.status), _("It was submitted before; this is where it stands.")),
    )


def _exists_already() -> Reason:
    return Reason(
        "template_exists",
        _("There is a template of this name already, with other words or in other languages."),
        _("Use another name, or edit it with whatsapp.template_submit.preview."),
        "name",
    )


def _texts_of_codes_are_metas() -> Reason:
    return Reason(
        "authentication_text_is_fixed",
        _("Meta writes the text of templates for one-time passwords itself; no body_text can be submitted for them."),
        _("Use UTILITY or MARKETING; create templates for one-time passwords in WhatsApp Manager."),
        "category",
    )
