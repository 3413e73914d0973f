"""The webhook inbox: stored durably before it is answered, applied afterwards, item by item, as often as it is told.

`shim` answers the provider, `arriving` makes many requests one commit, `apply` reads what waits and hands each item
to the module that knows its kind. Applying sets state; nothing here can send.
"""
