"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

action("agent.made", _("{actor} made the agent {subject}"))
action("tool.read", _("{actor} read {subject}"))
action("preview.made", _("{actor} made a preview of {tool}"))
action("request.made", _("{actor} asked for {tool}"))
action("request.seconded", _("{actor} approved {tool}; more people are needed"))
action("request.approve", _("{actor} approved {tool}"))
action("request.reject", _("{actor} turned down {tool}"))
action("request.withdraw", _("{actor} withdrew {tool}"))
action("request.expire", _("{tool} expired undecided or undone"))
action("request.void", _("{tool} was voided: something it stood on has moved"))
action("request.start", _("{actor} began {tool}"))
action("request.succeed", _("{actor} carried out {tool}"))
action("request.fail", _("{tool} failed and changed nothing"))
action("request.lose", _("{tool} was begun and its outcome is unknown"))
action("call.refused", _("{actor} was refused {tool}: {codes} ({times})"))
action("decision.refused", _("{actor} was refused a decision on {tool}: {codes} ({times})"))
action("policy.changed", _("{actor} changed the policy {subject}"))
action("request.password_wrong", _("{actor} entered a wrong password to decide {tool}"))
