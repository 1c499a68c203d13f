-- One attempt at the first event of a lane begins; the hold is counted anew from here.
--
-- KEYS  1 running   2 lane list   3 state     4 due
-- ARGV  1 lane      2 token       3 new token (when the new hold runs out, ms)   4 prefix of delivery records
--
-- Returns {id, type, body, attempts (with this one), since ms}, or nothing when the lane is not ours any
-- more, is empty, or its endpoint was disabled meanwhile.
-- The attempt is counted before it is made: one that kills its worker must not be made for ever.
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return {} end
local id = redis.call('LINDEX', KEYS[2], 0)
if not id then
  redis.call('ZREM', KEYS[1], ARGV[1])
  return {}
end
if redis.call('HGET', KEYS[3], 'disabled_ms') then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('ZADD', KEYS[4], 0, ARGV[1])
  return {}
end
local d = redis.call('HMGET', ARGV[4] .. id, 'type', 'body', 'since_ms')
if not d[2] then  -- its record is gone, for example evicted: the lane must not stand still for it
  redis.call('LPOP', KEYS[2])
  redis.call('ZREM', KEYS[1], ARGV[1])
  if redis.call('LLEN', KEYS[2]) > 0 then redis.call('ZADD', KEYS[4], 0, ARGV[1]) end
  return {}
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
local attempts = redis.call('HINCRBY', ARGV[4] .. id, 'attempts', 1)
return {id, d[1], d[2], attempts, d[3]}
