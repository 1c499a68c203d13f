-- Takes lanes whose time has come, as many as the endpoint may have under way.
--
-- KEYS  1 due   2 running   3 state
-- ARGV  1 now ms   2 hold ms (how long a lane is ours)   3 most under way   4 most to take now
--
-- Returns {lane, token, lane, token, …}. The token is the time at which the hold runs out: whoever took the
-- lane later has another one. What a killed worker had in hand is due again here.
local now = tonumber(ARGV[1])
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], lane)
  redis.call('ZADD', KEYS[1], now, lane)
end
local state = redis.call('HMGET', KEYS[3], 'disabled_ms', 'hold_until_ms')
if state[1] or (state[2] and tonumber(state[2]) > now) then return {} end
local free = math.min(tonumber(ARGV[3]) - redis.call('ZCARD', KEYS[2]), tonumber(ARGV[4]))
if free <= 0 then return {} end
local taken, until_ms = {}, string.format('%d', now + tonumber(ARGV[2]))
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, free)) do
  redis.call('ZREM', KEYS[1], lane)
  redis.call('ZADD', KEYS[2], until_ms, lane)
  taken[#taken + 1] = lane
  taken[#taken + 1] = until_ms
end
return taken
