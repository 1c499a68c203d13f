-- Takes messages whose file is to be fetched, each for `hold` ms: a worker that is killed loses nothing.
--
-- Returns their ids.
local fetches = unpack(KEYS)
local now, hold, most = unpack(ARGV)
local taken = redis.call('ZRANGEBYSCORE', fetches, '-inf', now, 'LIMIT', 0, most)
for _, id in ipairs(taken) do redis.call('ZADD', fetches, tonumber(now) + tonumber(hold), id) end
return taken
