-- A sign of the viewer of a view: it lives for `ttl` ms more.
--
-- Returns 1 if it is open.
local viewer = unpack(KEYS)
local view, ttl = unpack(ARGV)
if redis.call('GET', viewer) ~= view then return 0 end
redis.call('PEXPIRE', viewer, ttl)
return 1
