"""What a WhatsApp message costs: Meta's markets and its rate cards, as data."""
