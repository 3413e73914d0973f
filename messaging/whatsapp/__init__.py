"""WhatsApp as one of the carriers: the Cloud API, its errors, its webhooks and its templates."""
