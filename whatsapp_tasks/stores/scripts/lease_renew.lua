-- Keeps (ttl > 0) or gives back (ttl = 0) the lease, if this worker still holds it.
--
-- KEYS  1 lease
-- ARGV  1 token   2 ttl ms
--
-- Returns 1 when it was ours.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then redis.call('DEL', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
