"""Programs that run in a process of their own, because they unpack what strangers have made."""
