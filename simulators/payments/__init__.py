"""A pretend Stripe: checkout sessions as its API makes them, people who pay them, and signed events. It refuses what
Stripe refuses, misbehaves when told, and keeps a journal of everything it received and sent.

    python -m simulators.payments --state-dir DIR --webhook-url URL --key sk_test_X --signing-secret whsec_X
        [--port 8904] [--misbehave JSON]

What it holds is in memory, save the journal.
"""
