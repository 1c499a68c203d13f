-- Queues events for endpoints, and moves the position reached in an account's stream, both or neither.
--
-- `seen` is the position that the caller saw, or ''; `reached` is the new one. From deliveries_from on: id, lane,
-- type and body of each delivery; from delivery_keys_from on: its record, its lane, and its endpoint's due lanes.
--
-- Returns 1, or 0 if another process was faster (nothing is changed). A lane that is not empty is either
-- due or running, never both and never neither.
local positions = unpack(KEYS, 1, 1)
local delivery_keys_from = 2
local account, seen, reached, now = unpack(ARGV, 1, 4)
local deliveries_from = 5
if (redis.call('HGET', positions, account) or '') ~= seen then return 0 end
redis.call('HSET', positions, account, reached)
local k = delivery_keys_from
for a = deliveries_from, #ARGV, 4 do
  redis.call('HSET', KEYS[k], 'id', ARGV[a], 'lane', ARGV[a + 1], 'type', ARGV[a + 2], 'body', ARGV[a + 3],
    'since_ms', now, 'attempts', 0)
  if redis.call('RPUSH', KEYS[k + 1], ARGV[a]) == 1 then redis.call('ZADD', KEYS[k + 2], now, ARGV[a + 1]) end
  k = k + 3
end
return 1
