"""Conversations: the window in which customers may be answered freely, who sees to them, how they end."""
