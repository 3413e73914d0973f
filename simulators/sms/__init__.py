"""Pretend SMS gateways, all in one process: Twilio, Vonage (Messages API), Infobip and a plain HTTP gateway.

    python -m simulators.sms --state-dir DIR [--port 8902] [--accounts JSON] [--seed N] [--misbehave JSON]

Each speaks its own wire at its own paths: it refuses what the real one refuses with its codes, takes the rest, and
calls back as the real one does. Behind them is one network with one life for each phone. What it holds is in memory,
save the journal in the state directory.
"""
