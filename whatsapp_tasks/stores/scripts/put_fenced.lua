-- Writes a value that only the account's worker may change.
--
-- KEYS  1 the value   2 lease
-- ARGV  1 fence       2 value
--
-- Returns 1 when it was written, 0 when the lease is not ours.
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
