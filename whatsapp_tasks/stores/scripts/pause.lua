-- Sets a reason for which the account sends nothing. The first author and time of a reason stay.
--
-- KEYS  1 pauses   2 history of pauses   3 generation
-- ARGV  1 reason   2 JSON {author, since_ms, note}   3 JSON for the history   4 entries kept
--
-- Returns 1 when the reason is new.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[3])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[4]) - 1)
redis.call('INCR', KEYS[3])
return 1
