-- Takes lanes that are due, as many as the endpoint may have running.
--
-- `hold` is how long a lane is ours, ms; `most_running` how many may run, `most_taken` how many to take.
--
-- Returns {lane, token, lane, token, …}. The token is the time at which the hold expires: a later holder of the
-- lane has another one. Lanes of a killed worker become due again here.
local due, running, state = unpack(KEYS)
local now, hold, most_running, most_taken = unpack(ARGV)

for _, lane in ipairs(redis.call('ZRANGEBYSCORE', running, '-inf', now)) do
  redis.call('ZREM', running, lane)
  redis.call('ZADD', due, now, lane)
end
local facts = redis.call('HMGET', state, 'disabled_ms', 'hold_until_ms')
if facts[1] or (facts[2] and tonumber(facts[2]) > tonumber(now)) then return {} end
local free = math.min(tonumber(most_running) - redis.call('ZCARD', running), tonumber(most_taken))
if free <= 0 then return {} end
local taken, until_ms = {}, string.format('%d', tonumber(now) + tonumber(hold))
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, free)) do
  redis.call('ZREM', due, lane)
  redis.call('ZADD', running, until_ms, lane)
  taken[#taken + 1] = lane
  taken[#taken + 1] = until_ms
end
return taken
