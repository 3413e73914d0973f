"""Who may use what: written out once, for every tool there is.

`+` may use it; `-` is told which scope is missing; `?` does not even learn that there is such a tool. The first five
columns are people by role. The others are agents: what their key carries, and the role of whoever owns them.
"""

from accounts.roles import AGENT_SCOPES, Role

MAY, SCOPE_MISSING, UNKNOWN_TOOL = "+", "-", "?"

_READ, _PREVIEW, _REQUEST = "whatsapp:read", "whatsapp:preview", "whatsapp:request"

# Column -> the role of the owner, the scopes of the key, the toolset.
AGENTS: dict[str, tuple[Role, frozenset[str], str]] = {
    "reader": (Role.MARKETER, frozenset({_READ}), ""),
    "planner": (Role.MARKETER, frozenset({_READ, _PREVIEW}), ""),
    "asker": (Role.MARKETER, frozenset({_READ, _PREVIEW, _REQUEST}), ""),
    "searcher": (Role.MARKETER, frozenset({_READ, _PREVIEW, _REQUEST}), "search"),
    "auditor": (Role.COMPLIANCE, frozenset({"audit:read"}), ""),
    "overreach": (Role.MARKETER, frozenset({"audit:read", "pii:read", "config:read"}), ""),
    "all_admin": (Role.ADMIN, AGENT_SCOPES, ""),
    "all_viewer": (Role.VIEWER, AGENT_SCOPES, ""),
    "sms_only": (Role.ADMIN, frozenset({"sms:read", "sms:preview", "sms:request"}), ""),
    "nothing": (Role.ADMIN, frozenset(), ""),
    "read_only": (Role.ADMIN, AGENT_SCOPES, "read-only"),
    "sms_tools": (Role.ADMIN, AGENT_SCOPES, "sms_marketing"),
    "owner_left": (Role.ADMIN, AGENT_SCOPES, ""),
}

_TABLE = """
                                         admin compliance marketer support viewer | reader planner asker searcher auditor overreach all_admin all_viewer sms_only nothing read_only sms_tools owner_left
archive_chat                             +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
cancel_campaign                          +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
check_compliance                         +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
check_conversation                       +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
check_frequency_cap                      +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
create_template                          +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
estimate_cost                            +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
estimate_pricing                         +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
explain_error                            +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
get_account_quality                      +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
get_customer_context                     +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
get_delivery_status                      +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
get_rate_limit                           +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
list_conversations                       +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       +         ?         -
list_templates                           +     +          +        +       +      | -      -       -     -        -       -         +         +          -        -       +         ?         -
pause_campaign                           +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
reply_customer                           +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
retry_failed_messages                    +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
schedule_campaign                        +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
schedule_message                         +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
send_message                             +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
send_template                            +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
sms_marketing.action_request.status      +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.approval_policies.list     +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.audiences.list             +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.automations.list           +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.automations.update_state   +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.campaign_reports.get       +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.campaigns.cancel_schedule  +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.campaigns.create_draft     +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.campaigns.get              +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.campaigns.list             +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.campaigns.schedule         +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.campaigns.send_approved    +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.campaigns.update           +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.config.get                 +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.contacts.get               +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.contacts.opt_out           +     +          +        +       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.contacts.search            +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.contacts.upsert            +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.conversion_attribution.get +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.copy.fit_preview           +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.cost_preview               +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.delivery_status.get        +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.failed_messages.resend     +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.failed_messages.retry_preview +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.frequency_caps.get         +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.gateways.list              +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.link_clicks.list           +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.opt_outs.list              +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.otp.send                   +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.otp_templates.list         +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.owners.list                +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.performance_snapshot.record +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.quotas.get                 +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.review_notification.send   +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.segments.create            +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.segments.preview           +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.send_batches.list          +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.sender_id.apply            +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.sender_ids.list            +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.short_links.create         +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.short_links.preview        +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sms_marketing.templates.list             +     +          +        +       +      | -      -       -     -        -       -         +         +          +        -       +         +         -
sms_marketing.templates.save             +     +          +        -       -      | -      -       -     -        -       -         +         -          +        -       ?         +         -
sync_template_status                     +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
sync_webhooks                            +     +          +        -       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.action_request.status           +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.audit_logs.list                 +     +          -        -       -      | -      -       -     -        +       -         +         -          -        -       +         ?         -
whatsapp.auto_reply.enable               +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.automation_change.preview       +     +          +        -       -      | -      +       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.broadcast.create                +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.broadcast.preview               +     +          +        -       -      | -      +       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.broadcast.schedule              +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.broadcasts.list                 +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.business_profile.get            +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.campaign_report.get             +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.config.get                      +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.consent.update                  +     +          +        +       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.consent_records.list            +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.contact.get                     +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.contact.import                  +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.contact.upsert                  +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.contact_import.preview          +     +          +        -       -      | -      +       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.contacts.list                   +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.conversation.assign             +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.conversation.close              +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.conversation.get                +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       +         ?         -
whatsapp.conversation_summary.get        +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       +         ?         -
whatsapp.conversations.list              +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       +         ?         -
whatsapp.flow.upsert                     +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.flows.list                      +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.handover.preview                +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.inbox_assignments.list          +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       +         ?         -
whatsapp.keyword_rule.upsert             +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.keyword_rules.list              +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.media_asset.upload              +     +          +        +       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.media_assets.list               +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.message_delivery.list           +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.opt_outs.list                   +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.order.create_from_chat          +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.order_payment_message.preview   +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.payment_link.send               +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.phone_numbers.list              +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.policy_rules.get                +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.segment.upsert                  +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.segments.list                   +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.session_message.preview         +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.session_message.send            +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.tag.apply                       +     +          -        +       -      | -      -       -     -        -       -         +         -          -        -       ?         ?         -
whatsapp.template.get                    +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.template.submit                 +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.template_draft.upsert           +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.template_quality.get            +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.template_submit.preview         +     +          +        -       -      | -      +       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.templates.list                  +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
whatsapp.webhook.retry                   +     +          +        -       -      | -      -       +     +        -       -         +         -          -        -       ?         ?         -
whatsapp.webhook_logs.list               +     +          +        +       +      | +      +       +     +        -       -         +         +          -        -       +         ?         -
"""  # noqa: E501 - a table


def matrix() -> dict[str, dict[str, str]]:
    """Tool -> column -> what happens."""
    head, *rows = (line.replace("|", " ").split() for line in _TABLE.strip().splitlines())
    return {tool: dict(zip(head, cells, strict=True)) for tool, *cells in rows}
