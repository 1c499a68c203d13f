-- Renews (ttl > 0) or releases (ttl = 0) the lease, if this worker still holds it.
--
-- To be renewed it must have this worker's `fence` too: with another one, every write of its worker is refused (an older
-- one: Redis has lost the acquisition; a newer one: an acquisition that seemed to fail has arrived late).
--
-- Returns 1 if it was ours.
local lease = unpack(KEYS)
local token, fence, ttl = unpack(ARGV)
if redis.call('HGET', lease, 'token') ~= token then return 0 end
if ttl == '0' then
  redis.call('DEL', lease)
  return 1
end
if redis.call('HGET', lease, 'fence') ~= fence then return 0 end
redis.call('PEXPIRE', lease, ttl)
return 1
