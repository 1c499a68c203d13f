-- A worker takes a message in hand.
--
-- KEYS  1 message record   2 lease   3 pauses   4 opt-out list   5 schedule
-- ARGV  1 now ms   2 fence
--
-- Returns the outcome: lease_lost, gone, paused, later (scheduled), expired, opted_out, done (nothing left to
-- do), settle (an attempt of a dead worker is open: look into the chat first), claimed.
-- Only `claimed` changes anything.
local now = tonumber(ARGV[1])
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[2] then return 'lease_lost' end
local m = redis.call('HMGET', KEYS[1], 'status', 'id', 'phone', 'expires_at_ms', 'timeline')
if not m[1] then return 'gone' end
if m[1] == 'sending' then return 'settle' end
if m[1] ~= 'queued' then return 'done' end
if redis.call('HLEN', KEYS[3]) > 0 then return 'paused' end
if redis.call('ZSCORE', KEYS[5], m[2]) then return 'later' end
if m[4] and tonumber(m[4]) <= now then return 'expired' end
if redis.call('SISMEMBER', KEYS[4], m[3]) == 1 then return 'opted_out' end
redis.call('HSET', KEYS[1], 'status', 'sending', 'updated_ms', now, 'fence', ARGV[2],
  'timeline', m[5] .. ';sending@' .. ARGV[1])
redis.call('HDEL', KEYS[1], 'intent')
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
return 'claimed'
