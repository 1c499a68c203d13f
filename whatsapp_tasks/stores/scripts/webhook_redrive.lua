-- Puts a dead letter in line again, behind what its lane holds by now.
--
-- Returns 1, or 0 when it is no dead letter (any more).
local dead, due, lane_list, record = unpack(KEYS)
local id, lane, now = unpack(ARGV)
if redis.call('ZREM', dead, id) == 0 then return 0 end
if redis.call('EXISTS', record) == 0 then return 0 end
redis.call('HSET', record, 'attempts', 0, 'since_ms', now)
if redis.call('RPUSH', lane_list, id) == 1 then redis.call('ZADD', due, now, lane) end
return 1
