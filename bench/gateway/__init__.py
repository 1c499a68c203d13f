"""``make bench-gateway``: our POST /send, Express + BullMQ, and bare Redis, in one run on one Redis."""
