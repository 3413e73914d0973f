"""A pretend Stripe: Checkout Sessions, a hosted page that pays by a POST, signed events.

    python -m simulators.payments --state-dir DIR --webhook-url URL [--port 8903] [--seed N] [--misbehave JSON]

It refuses what the real one refuses with its errors, replays an idempotency key, and calls back as the real one does.
What it holds is in memory, save the journal in the state directory.
"""
