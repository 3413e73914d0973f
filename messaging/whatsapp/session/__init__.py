"""Free-form messages in a conversation while its window is open: their kinds, their contract, how they leave."""
