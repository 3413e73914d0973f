"""SMPP 3.4: the usual interface of mobile operators and aggregators.

Binds are few and lanes are many, so one long-lived process (`manage.py run_smpp`) holds the binds, and the adapter
hands each text to it over this machine's loopback.

Source of the wire format: SMPP Protocol Specification v3.4, issue 1.2.
"""
