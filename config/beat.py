"""What beat rings for, and how often. Tasks are doorbells: the work lies in rows, a missed ring costs one interval."""

# name -> (task, seconds between two rings)
BELLS: dict[str, tuple[str, float]] = {
    "show that beat rings and a worker hears": ("config.tasks.hear", 10.0),
    "find requests whose bell was lost or whose time is over": ("approvals.tasks.sweep", 10.0),
    "seal the audit": ("audit.tasks.seal", 5.0),
    "release what is due and wake the lanes": ("messaging.tasks.dispatch_due", 5.0),
    "close attempts and sends that broke off": ("messaging.tasks.reap", 15.0),
    "look over what is going out": ("messaging.tasks.watch", 60.0),
    "apply webhooks whose bell was lost": ("messaging.inbox.tasks.apply_webhooks", 2.0),
    "answer customers by what was approved for it": ("messaging.whatsapp.automation.tasks.answer", 2.0),
    "match parked statuses, drop old webhooks": ("messaging.inbox.tasks.tidy_inbox", 60.0),
    "fetch customers' files that no bell rang for": ("messaging.whatsapp.media.tasks.sweep", 30.0),
    "put away conversations that were closed long ago": ("messaging.tasks.archive_conversations", 3600.0),
    "end payment links and orders whose time is over": ("messaging.whatsapp.commerce.tasks.tend", 60.0),
    "mail reviewers what waits for them": ("sms.notices.tasks.mail", 30.0),
    "erase one-time passwords that nobody will hand over any more": ("sms.otp.tasks.erase", 15.0),
    "tell where codes are stopped because hardly anybody enters them": ("sms.otp.tasks.tell", 60.0),
    "send what events of the shop set off": ("sms.automations.tasks.run", 5.0),
    "ask the SMS gateways what money is left": ("sms.balances.tasks.ask", 300.0),
    "look at the pages behind short links, where that is switched on": ("sms.links.tasks.look", 60.0),
}

SCHEDULE = {
    # A ring that no worker heard in time is dropped: the next one finds the same work.
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, (task, seconds) in BELLS.items()
}
