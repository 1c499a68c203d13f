-- Takes messages whose file is to be fetched, each for `hold` ms: a worker that is killed loses nothing.
--
-- Returns {message id, token, id, token, …}. The token is the time at which the hold ends: a later holder has
-- another.
local fetches = unpack(KEYS)
local now, hold, most = unpack(ARGV)
local taken, until_ms = {}, string.format('%d', tonumber(now) + tonumber(hold))
for _, id in ipairs(redis.call('ZRANGEBYSCORE', fetches, '-inf', now, 'LIMIT', 0, most)) do
  redis.call('ZADD', fetches, until_ms, id)
  taken[#taken + 1] = id
  taken[#taken + 1] = until_ms
end
return taken
