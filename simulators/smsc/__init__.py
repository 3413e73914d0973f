"""A pretend message centre (SMSC) that speaks SMPP 3.4 over real sockets: binds, takes texts, sends receipts and what
phones write, misbehaves when told, and keeps a journal of everything it received and sent.

    python -m simulators.smsc --state-dir DIR --system-id S --password P [--smpp-port 2775] [--port 8903]
        [--seed N] [--misbehave JSON]

Its side door is HTTP, `/_sim` on `--port`; `/_sim/health` tells the SMPP port. What it holds is in memory.
"""
