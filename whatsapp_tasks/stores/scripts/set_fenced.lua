-- Writes fields of a hash that only the account's worker may change.
--
-- From fields_from on: alternating fields and values; an empty value deletes its field.
--
-- Returns 1 if they were written, 0 if the lease is not ours.
local target, lease = unpack(KEYS)
local fence = unpack(ARGV, 1, 1)
local fields_from = 2
if redis.call('HGET', lease, 'fence') ~= fence then return 0 end
for i = fields_from, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', target, ARGV[i])
  else
    redis.call('HSET', target, ARGV[i], ARGV[i + 1])
  end
end
return 1
