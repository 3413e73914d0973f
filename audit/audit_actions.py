from django.utils.translation import gettext_lazy as _

from audit.actions import action

EXPORTED = action("audit.exported", _("{actor} exported the audit record"))

# Packages below this one tell of their changes through `accounts.changes`; their sentences stand here.
action("organisation.changed", _("{actor} changed the organisation: {fields}"))
action("organisation.sending_stopped", _("{actor} stopped all sending"))
action("organisation.sending_allowed", _("{actor} allowed sending again"))
action("person.changed", _("{actor} changed {subject}: {fields}; role {role}"))
action("person.password_set", _("{actor} set the password of {subject}"))
action("person.password_right", _("{actor} gave their password at the login page"))
action("person.password_wrong", _("{actor} gave a wrong password where it is asked for again"))
action("person.sign_in_failed", _("Somebody gave a wrong password for {subject} at the login page"))
action(
    "person.sign_in_held", _("Too many wrong passwords for {subject} at the login page: it waits a quarter of an hour")
)
action("person.signed_in", _("{actor} signed in with their second factor"))
action("person.second_factor_wrong", _("{actor} gave a wrong code of their second factor"))
action("person.second_factor_set", _("{actor} set up their second factor"))
action("person.second_factor_reset", _("{actor} reset the second factor of {subject}"))
action("person.backup_codes_renewed", _("{actor} made new backup codes"))
action("agent.changed", _("{actor} changed {subject}: {fields}"))
action("agent.disabled", _("{actor} disabled {subject}"))
action("agent.enabled", _("{actor} enabled {subject}"))
action("agent.key_replaced", _("{actor} issued a new key for {subject}"))
