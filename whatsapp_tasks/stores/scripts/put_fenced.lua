-- Writes a value that only the account's worker may change.
--
-- Returns 1 if it was written, 0 if the lease is not ours.
local target, lease = unpack(KEYS)
local fence, value = unpack(ARGV)
if redis.call('HGET', lease, 'fence') ~= fence then return 0 end
redis.call('SET', target, value)
return 1
