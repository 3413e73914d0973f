"""Reading a management call: what is missing or wrong is refused with 100, naming the field."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from simulators.graph.calls import SECRET_FIELDS, Call
from simulators.graph.errors import GraphError

Model = TypeVar("Model", bound=BaseModel)
NOT_A_PARAMETER = frozenset([*SECRET_FIELDS, "fields"])


class Wish(BaseModel):
    """What a call asks for. A field that is not in the model is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def asked(model: type[Model], call: Call) -> Model:
    """The parameters of the call, which Meta takes from the query and the body alike."""
    query = {name: value for name, value in call.query.items() if name not in NOT_A_PARAMETER}
    try:
        return model.model_validate({**query, **call.body})
    except ValidationError as error:
        raise _refused(error.errors(include_url=False)[0]) from None


def _refused(problem: Any) -> GraphError:
    place = ".".join(map(str, problem["loc"]))
    if problem["type"] == "missing":
        return GraphError(100, f"{place} is required.", text=f"(#100) The parameter {place} is required.")
    if problem["type"] == "extra_forbidden":
        return GraphError(100, f'Unexpected key "{place}".')
    return GraphError(100, f"Param {place or 'body'}: {problem['msg']}.")


def page(rows: list[dict[str, Any]], call: Call, key: str = "id") -> dict[str, Any]:
    """One page of a list, with cursors as Meta gives them. `key` is the field a cursor is made of."""
    limit = call.query.get("limit", "25")
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise GraphError(100, "limit is a number from 1 to 1000.")
    keys, after = [str(row[key]) for row in rows], call.query.get("after")
    if after is not None and after not in keys:
        raise GraphError(131059)
    start = keys.index(after) + 1 if after is not None else 0
    found = rows[start : start + int(limit)]
    answer: dict[str, Any] = {"data": found}
    if found:
        answer["paging"] = {"cursors": {"before": str(found[0][key]), "after": str(found[-1][key])}}
        if start + len(found) < len(rows):
            answer["paging"]["next"] = f"/{call.node}/{call.edge}?after={found[-1][key]}"
    return answer
