"""The simulated account at WhatsApp: its linked devices, its chats, and the messages with their ticks."""
