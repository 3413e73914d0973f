"""What Stripe says no with."""

from typing import Any


class StripeError(Exception):
    """A refusal. `kind` is Stripe's type, `param` the parameter that is wrong."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "") -> None:
        self.status, self.kind, self.message, self.code, self.param = status, kind, message, code, param
        super().__init__(message)

    def body(self) -> dict[str, Any]:
        """The body of the answer; what does not apply is absent."""
        facts = {"code": self.code, "param": self.param}
        return {"error": {"message": self.message, "type": self.kind, **{name: it for name, it in facts.items() if it}}}


def invalid(message: str, param: str = "", code: str = "") -> StripeError:
    """`invalid_request_error` with 400."""
    return StripeError(400, "invalid_request_error", message, code=code, param=param)


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")
