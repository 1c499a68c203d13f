-- Puts a dead letter in line again, behind what its lane holds by now.
--
-- KEYS  1 dead letters   2 due   3 lane list   4 delivery record
-- ARGV  1 id             2 lane  3 now ms
--
-- Returns 1, or 0 when it is no dead letter (any more).
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[4]) == 0 then return 0 end
redis.call('HSET', KEYS[4], 'attempts', 0, 'since_ms', ARGV[3])
if redis.call('RPUSH', KEYS[3], ARGV[1]) == 1 then redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2]) end
return 1
