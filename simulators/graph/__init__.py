"""A pretend Graph API: refuses what Meta's refuses, answers with signed webhooks, misbehaves when told, and keeps a
journal of everything it received and sent.

    python -m simulators.graph --state-dir DIR --webhook-url URL --app-secret S --verify-token V --token T
        --waba-id W --phone-number-id P [--phone-number-id P=+85258010002] [--port 8901] [--seed N]
        [--misbehave JSON]

What it holds is in memory, save the journal and the templates, which outlive a restart in the state directory.
"""
