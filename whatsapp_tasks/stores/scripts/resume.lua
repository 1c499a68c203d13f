-- Takes one reason for a pause away.
--
-- KEYS  1 pauses   2 history of pauses   3 generation
-- ARGV  1 reason   2 JSON for the history   3 entries kept   4 generation to go on from, at least
--
-- Returns 1 when the reason stood.
if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[2])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[3]) - 1)
if tonumber(redis.call('GET', KEYS[3]) or 0) < tonumber(ARGV[4]) then redis.call('SET', KEYS[3], ARGV[4]) end
redis.call('INCR', KEYS[3])
return 1
