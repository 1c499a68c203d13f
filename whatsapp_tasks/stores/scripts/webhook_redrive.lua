-- Queues a dead letter again, at the end of its lane.
--
-- Returns 1, or 0 if it is not a dead letter (any more).
local dead, due, lane_list, record = unpack(KEYS)
local id, lane, now = unpack(ARGV)
if redis.call('ZREM', dead, id) == 0 then return 0 end
if redis.call('EXISTS', record) == 0 then return 0 end
redis.call('HSET', record, 'attempts', 0, 'since_ms', now)
if redis.call('RPUSH', lane_list, id) == 1 then redis.call('ZADD', due, now, lane) end
return 1
