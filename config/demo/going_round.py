"""Every way round the countersignature that an agent might think of. Each must be refused, and change nothing."""

import json
from typing import Any
from uuid import uuid4

import requests

from config.demo.agent_client import Answer, ToolRefused
from config.demo.desk_client import DeskClient, DeskRefused
from config.demo.seeding import PASSWORD
from config.demo.stage import Stage, StoryBroke

SCHEDULE = "whatsapp.broadcast.schedule"
WHY = "Please, it is urgent"


def try_to_go_round(stage: Stage, asked: dict[str, Any], answer: Answer, other_preview: str) -> None:
    """While the request waits. `asked` are the arguments of the schedule, `answer` what it gave.

    Raises StoryBroke when one of the tries gets anywhere.
    """
    tell, request = stage.tell, answer["request"]
    tell.chapter("5  The agent tries to go round it")
    again = stage.agent.use(SCHEDULE, **asked)
    if again["request"]["action_request_id"] != request["action_request_id"]:
        raise StoryBroke("The same key made a second request.")
    tell.done("Asked again with the same key: the same request is answered, no second one is made")
    _must_be_refused(stage, "The same key with another reason", **{**asked, "reason": WHY})
    _must_be_refused(stage, "With the preview of a file import in its place", **_wish(other_preview))
    _must_be_refused(stage, "With a preview it made up", **_wish(str(uuid4())))
    _through_rest(stage, request)
    _through_the_desk(stage, request)
    _as_its_owner(stage, request)
    _without_password(stage, request)


def try_to_do_it_twice(stage: Stage, preview_id: str) -> None:
    """After the approval."""
    _must_be_refused(stage, "The agent asks for the same broadcast once more, with a new key", **_wish(preview_id))


def _wish(preview_id: str) -> dict[str, Any]:
    return {"preview_id": preview_id, "reason": WHY, "idempotency_key": f"demo-{uuid4()}"}


def _must_be_refused(stage: Stage, what: str, **arguments: Any) -> None:
    try:
        stage.agent.use(SCHEDULE, **arguments)
    except ToolRefused as no:
        stage.tell.refused(what, no.code, no.reasons[0]["text"])
    else:
        raise StoryBroke(f"{what}: nobody refused it.")


def _through_rest(stage: Stage, request: Answer) -> None:
    """There is no tool that approves, whatever it might be called."""
    answer = _with_its_key(stage, f"{stage.house.desk}/api/tools/whatsapp.action_request.approve", request)
    if answer.ok:
        raise StoryBroke("REST approved something.")
    reason = json.loads(answer.text)["reasons"][0]
    stage.tell.refused("Over REST, with a tool named approve", reason["code"], reason["text"])


def _through_the_desk(stage: Stage, request: Answer) -> None:
    """The desk knows people; a key opens nothing there."""
    url = request["review_url"].replace("/change/", "/approve/")
    answer = _with_its_key(stage, url, request)
    if answer.ok and "/desk/login/" not in answer.url:
        raise StoryBroke("The desk took an agent's key.")
    stage.tell.refused("At the desk, with its key", f"HTTP {answer.status_code}", "the desk knows people, not keys")


def _with_its_key(stage: Stage, url: str, request: Answer) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {stage.agent.key}"}
        return session.post(
            url,
            json={"action_request_id": request["action_request_id"]},
            headers=headers,
            allow_redirects=False,
            timeout=30,
        )


def _as_its_owner(stage: Stage, request: Answer) -> None:
    """Sam owns the agent: he may look, and that is all."""
    sam = DeskClient(stage.house.desk, "sam.lee", PASSWORD)
    sam.sign_in()
    try:
        sam.approve_by_hand(request["review_url"])
    except DeskRefused as no:
        stage.tell.refused("Its owner Sam Lee posts the approval himself", f"HTTP {no.status}", no.text)
    else:
        raise StoryBroke("The owner approved their own agent's request.")


def _without_password(stage: Stage, request: Answer) -> None:
    """A large audience asks for the password again: an open browser is not enough."""
    if not stage.officer.is_asked_for_password(request["review_url"]):
        return
    try:
        stage.officer.approve(request["review_url"], with_password=False)
    except DeskRefused as no:
        stage.tell.refused("Somebody at Mei's unlocked browser, without her password", f"HTTP {no.status}", no.text)
    else:
        raise StoryBroke("A large broadcast was approved without the password.")
