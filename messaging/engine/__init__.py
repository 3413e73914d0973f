"""The delivery engine, one for every channel. PostgreSQL is the queue, Celery the bell, a lane a sender under a lease.

`release` turns a countersigned send into messages, `take` marks a batch under the recipient gate, `handover` gives it
to the carrier, `finish` writes down how it went, `reap` closes what broke off. Nothing is handed over twice.
"""
