from django.utils.translation import gettext_lazy as _

from audit.actions import action

EXPORTED = action("audit.exported", _("{actor} exported the audit record"))

# Packages below this one tell of their changes through `accounts.changes`; their sentences stand here.
action("organisation.changed", _("{actor} changed the organisation: {fields}"))
action("organisation.sending_stopped", _("{actor} stopped all sending"))
action("organisation.sending_allowed", _("{actor} allowed sending again"))
action("person.changed", _("{actor} changed {subject}: {fields}; role {role}"))
action("person.password_set", _("{actor} set the password of {subject}"))
action("agent.changed", _("{actor} changed {subject}: {fields}"))
action("agent.disabled", _("{actor} disabled {subject}"))
action("agent.enabled", _("{actor} enabled {subject}"))
action("agent.key_replaced", _("{actor} issued a new key for {subject}"))
