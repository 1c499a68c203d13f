-- Puts a message that is open in the ledger onto the broker list.
--
-- KEYS  1 message record   2 schedule   3 open messages   4 broker list   5 enqueue counter
-- ARGV  1 message id       2 queue message
--       3 `due` (take it off the schedule, to the tail) or `lost` (a queue entry died with its worker: to the head)
--
-- Returns 1 when it was pushed. A copy that is already queued does no harm: the claim decides.
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'queued' and status ~= 'sending' then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 0
end
if ARGV[3] == 'due' then
  if redis.call('ZREM', KEYS[2], ARGV[1]) == 0 then return 0 end
  redis.call('ZADD', KEYS[3], redis.call('INCR', KEYS[5]), ARGV[1])
  redis.call('LPUSH', KEYS[4], ARGV[2])
else
  if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
  if redis.call('LINDEX', KEYS[4], -1) == ARGV[2] then return 0 end -- it is the next one already
  redis.call('RPUSH', KEYS[4], ARGV[2])
end
return 1
