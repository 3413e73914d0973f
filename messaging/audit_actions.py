"""The sentences that this package writes into the audit."""

from django.utils.translation import gettext_lazy as _

from audit.actions import action

# Sends
action("send.drafted", _("{actor} drafted {subject} for {people} people"))
action("send.schedule", _("{actor} scheduled {name}"))
action("send.release", _("{name} was released: it still is what was approved"))
action("send.begin", _("{name} began to send"))
action("send.pause", _("{actor} paused {name}: {reason}"))
action("send.resume", _("{actor} let {name} go on"))
action("send.reschedule", _("{actor} scheduled {name} again"))
action("send.stop", _("{actor} stopped {name}; {left_out} people were left out"))
action("send.expire", _("The time for {name} was over; {left_out} people were left out"))
action("send.complete", _("{name} is complete"))

# Senders
action("sender.pause", _("{actor} paused {subject}: {reason}"))
action("sender.resume", _("{actor} let {subject} send again"))

# Messages
action("contacts.merged", _("{actor} merged the contact {merged} into {subject}"))
action("contacts.kept_apart", _("{actor} kept the contacts {first} and {second} apart"))
action("message.closed", _("{messages} messages stay unknown for good: nobody settled them in three days"))
action("send.repeated", _("{actor} had {people} messages sent again"))
action("message.unsure", _("{messages} messages were being handed over when it broke off: unknown"))

# Contacts and consent
action("contact.opted_out", _("{subject} opted out: {reason}"))
action("contact.opted_in", _("{subject} came back by their own act: {source}"))
action("contact.said_start", _("{subject} wrote START"))
action("contact.consent", _("{actor} recorded consent of {subject}: {change}"))
action("contact.moved", _("{subject} goes by another address now: {kinds}"))
action("contact.kept", _("{actor} kept {subject}: {fields}, from {source}"))
action("contacts.imported", _("{actor} imported {subject}: {people} people"))

# Conversations
action("conversation.assigned", _("{actor} moved {subject} to the queue {to_queue}"))
action("conversation.handed_over", _("{actor} handed {subject} over to people"))
action("conversation.noted", _("{actor} noted something about {subject} for the team"))
action("conversation.labelled", _("{actor} changed the labels of {subject}"))
action("conversation.closed", _("{actor} closed {subject}"))
action("conversation.archived", _("{actor} archived {subject}"))
action("conversations.joined", _("{subject} took in {joined}: their customers are one person"))
# Orders and payments
action("order.confirm", _("{actor} created the order {reference}"))
action("order.ask_payment", _("The payment link of the order {reference} goes to its customer"))
action("order.lapse", _("The payment link of the order {reference} was over unpaid"))
action("order.pay", _("The order {reference} was paid: {amount} {currency}"))
action("order.cancel", _("{actor} cancelled the order {reference}"))
action("order.expire", _("The order {reference} expired unpaid"))
action("order.refund", _("The order {reference} was paid back: {amount} {currency}"))
action("payment_link.asked", _("{actor} asked for a payment link of the order {reference}"))
action("payment_link.made", _("The provider was asked for a payment link of the order {reference}: {state}"))
action("product.changed", _("{actor} changed {subject}: {fields}"))
action("product_source.changed", _("{actor} changed {subject}: {fields}"))
action("payment_account.changed", _("{actor} changed {subject}: {fields}"))
action("payment.unsettled", _("The provider told of the order {reference} what somebody has to look at: {outcome}"))
action("contact.tagged", _("{actor} changed the tags of {subject}"))

action("message.taken_back", _("A customer took {subject} back; its words are gone"))
action("message.by_phone", _("{subject} was sent from the phone app: nobody approved it"))

# Segments and templates
action("segment.kept", _("{actor} kept {subject}, version {version}"))
action("template.drafted", _("{actor} drafted {subject}, version {version}"))
action("template.submitted", _("{actor} submitted {subject} to Meta: {status}"))
action("template.reviewed", _("Meta said of {subject}: {event}"))

# Files
action("media.laid_down", _("{actor} handed in {subject}: {kind}, {size} bytes, {scan}"))
action("media.approved", _("{actor} let {subject} be used"))
action("media.rejected", _("{actor} forbade the use of {subject}"))
action("media.infected", _("{actor} handed in a file in which the virus scanner found {found}"))
action("media.quarantined", _("A customer's file was quarantined: {problem}"))
action("media.given_up", _("A customer's file could not be fetched before Meta threw it away"))
# Automation
action("automation.kept", _("{actor} kept {subject}: {state}"))

# Accounts and numbers
action("account.restricted", _("Meta restricted {subject}: {restriction}"))
action("account.freed", _("Meta lifted the restriction of {subject}"))
action("sender.told", _("Meta told about {subject}: {event}"))
action("account.told", _("Meta told about {subject}: {event}"))
action("sender.limit", _("Meta changed the limit of {subject}: {limit}"))

# Webhooks
action("webhook.retried", _("{actor} had item {place} of {subject} applied again: {outcome}"))

# Settings changed at the desk
action("account.changed", _("{actor} changed {subject}: {fields}"))
action("sender.changed", _("{actor} changed {subject}: {fields}"))
action("rules.changed", _("{actor} changed {subject}: {fields}"))
action("reply_rules.changed", _("{actor} changed the rules for answers: {fields}"))
action("prices.imported", _("{actor} imported {prices} prices that count from {from_days}"))

# The inbox at the desk
action("team.changed", _("{actor} changed the team {subject}: {fields}"))
action("queue.changed", _("{actor} changed the queue {subject}: {fields}"))
