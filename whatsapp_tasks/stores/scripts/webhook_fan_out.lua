-- Puts events in line for endpoints, and moves the place reached in an account's stream, both or neither.
--
-- KEYS  1 places reached    then for each delivery: its record, its lane, the endpoint's due lanes
-- ARGV  1 account   2 place as it was seen, or ''   3 new place   4 now ms
--       then for each delivery: id, lane, type, body
--
-- Returns 1, or 0 when another process was faster (nothing is changed).
-- A lane that holds something is either due or running, never both and never neither.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
local k = 2
for a = 5, #ARGV, 4 do
  redis.call('HSET', KEYS[k], 'id', ARGV[a], 'lane', ARGV[a + 1], 'type', ARGV[a + 2], 'body', ARGV[a + 3],
    'since_ms', ARGV[4], 'attempts', 0)
  if redis.call('RPUSH', KEYS[k + 1], ARGV[a]) == 1 then redis.call('ZADD', KEYS[k + 2], ARGV[4], ARGV[a + 1]) end
  k = k + 3
end
return 1
