"""Programs that run beside the worker; each is started by its path and needs nothing but Python."""
