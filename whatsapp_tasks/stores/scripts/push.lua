-- Puts an open message of the ledger onto the broker list.
--
-- `how` is `due` (take it off the schedule, append it) or `lost` (its queue entry died with a worker: put it to
-- the head).
--
-- Returns 1 if it was pushed. A copy that is already queued is harmless: the claim decides.
local record, schedule, open, broker_list, sequence = unpack(KEYS)
local id, queue_message, how = unpack(ARGV)
local status = redis.call('HGET', record, 'status')
if status ~= 'queued' and status ~= 'sending' then
  redis.call('ZREM', schedule, id)
  redis.call('ZREM', open, id)
  return 0
end
if how == 'due' then
  if redis.call('ZREM', schedule, id) == 0 then return 0 end
  redis.call('ZADD', open, redis.call('INCR', sequence), id)
  redis.call('LPUSH', broker_list, queue_message)
else
  if redis.call('ZSCORE', schedule, id) then return 0 end
  if redis.call('LINDEX', broker_list, -1) == queue_message then return 0 end -- it is the next one already
  redis.call('RPUSH', broker_list, queue_message)
end
return 1
