"""The control API: settings, scenarios, linking, chats, the ground truth. `README.md` has its contract."""
