-- Begins an attempt at the first event of a lane; the hold starts again.
--
-- `new_token` is when the new hold expires, ms. `record_prefix` is that of delivery records.
--
-- Returns {id, type, body, attempts (with this one), since ms}, or nothing if the lane is not ours any
-- more, is empty, or its endpoint was disabled meanwhile.
-- The attempt is counted before it is made, so that one that kills its worker is not repeated for ever.
local running, lane_list, state, due = unpack(KEYS)
local lane, token, new_token, record_prefix = unpack(ARGV)
if redis.call('ZSCORE', running, lane) ~= token then return {} end
local id = redis.call('LINDEX', lane_list, 0)
if not id then
  redis.call('ZREM', running, lane)
  return {}
end
if redis.call('HGET', state, 'disabled_ms') then
  redis.call('ZREM', running, lane)
  redis.call('ZADD', due, 0, lane)
  return {}
end
local d = redis.call('HMGET', record_prefix .. id, 'type', 'body', 'since_ms')
if not d[2] then  -- its record is gone, for example evicted: it must not block the lane
  redis.call('LPOP', lane_list)
  redis.call('ZREM', running, lane)
  if redis.call('LLEN', lane_list) > 0 then redis.call('ZADD', due, 0, lane) end
  return {}
end
redis.call('ZADD', running, new_token, lane)
local attempts = redis.call('HINCRBY', record_prefix .. id, 'attempts', 1)
return {id, d[1], d[2], attempts, d[3]}
