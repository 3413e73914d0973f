"""An effect outside that is no message: a template's submission breaks off, and is never repeated by itself."""

from functools import partial
from uuid import UUID, uuid4

from django.utils import timezone

from approvals.calls import call
from approvals.models import ActionRequest
from messaging.models import TemplateTranslation
from tests.faults.case import Case
from tests.faults.cells.registry import LOST_CHILD, add, cell


def _drafted(case: Case) -> tuple[UUID, str]:
    """The preview of a template that is kept as a draft, and its name."""
    name = f"tasting_{uuid4().hex[:8]}"
    body = {"text": f"Hello {{{{1}}}}, a tasting of {name} is on this weekend. Come by!", "examples": {"1": "Mei"}}
    shown = call(
        "whatsapp.template_submit.preview",
        {"name": name, "category": "marketing", "default_language": "en",
         "translations": [{"language": "en", "body": body, "footer": f"Reply STOP to opt out of {name}"}]},
        case.business.agent,
        timezone.now(),
    )  # fmt: skip
    assert shown.preview_id
    kept = case.business.write("whatsapp.template_draft.upsert", shown.preview_id)
    assert kept.state == "succeeded", kept.reasons
    return shown.preview_id, name


def _submit(case: Case) -> tuple[ActionRequest, str]:
    preview, name = _drafted(case)
    request = case.business.write("whatsapp.template.submit", preview)
    case.business.countersign(request)
    return request, name


def _state(request: ActionRequest) -> str:
    return str(ActionRequest.objects.get(pk=request.pk).state)


def _kill_at(case: Case, *, point: str, child: bool) -> None:
    case.faults.at(point)
    case.breaks = LOST_CHILD
    request, name = _submit(case)
    case.kill_here(point, child=child)
    case.wait(lambda: _state(request) == "unsure", "the request to be given up as unknown")
    case.settle()
    expected = "SUBMITTING" if point == "outside.before" else "APPROVED"  # told by the webhook of the review
    case.wait(lambda: TemplateTranslation.objects.get(template__name=name).status == expected, f"it to be {expected}")
    _was_posted(case, 0 if point == "outside.before" else 1)


def _was_posted(case: Case, times: int) -> None:
    requests = case.stack.simulator.journal("request", case.journal_from)
    posts = [one for one in requests if one["method"] == "POST" and one["path"].endswith("/message_templates")]
    assert len(posts) == times, f"the template was submitted {len(posts)} times"


for _point in ("outside.before", "outside.after"):
    add(f"kill-worker@{_point}", partial(_kill_at, point=_point, child=False))
    add(f"kill-worker-child@{_point}", partial(_kill_at, point=_point, child=True), rare=True)


@cell("submission-rung-five-times", "crowd")
def _five_times(case: Case) -> None:
    from approvals.tasks import execute

    request, _name = _submit(case)
    for _ in range(5):
        execute.delay(str(request.pk))
    case.wait(lambda: _state(request) == "succeeded", "the submission")
    _was_posted(case, 1)
