-- Renews (ttl > 0) or releases (ttl = 0) the lease, if this worker still holds it.
--
-- Returns 1 if it was ours.
local lease = unpack(KEYS)
local token, ttl = unpack(ARGV)
if redis.call('HGET', lease, 'token') ~= token then return 0 end
if ttl == '0' then redis.call('DEL', lease) else redis.call('PEXPIRE', lease, ttl) end
return 1
