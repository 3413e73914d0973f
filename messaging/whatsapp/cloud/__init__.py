"""The Cloud API by noun: what may be asked of Meta, checked before it leaves, and what comes back."""
