-- Moves a message to another status, never backwards, and keeps every index in step.
-- uses places
--
-- KEYS  1 message record   2 lease   3 open messages   4 schedule   5 watched (sent, ticks to follow)
--       6 unknown          7 expiring   8 enqueue counter   9 events   10 metrics
--      11 caps      12 contacted phones
-- ARGV  1 now ms           2 fence or '' (not a worker)   3 new status   4 ',from,from,'
--       5 code or ''       6 retention ms                 7 follow ms     8 due ms or '' (at once): back to queued
--       9… field, value pairs to write into the record
--
-- Returns {outcome, status now}; outcomes: ok, lease_lost, gone, refused (no way from the present status).
local now, to, id = tonumber(ARGV[1]), ARGV[3], nil
if ARGV[2] ~= '' and redis.call('HGET', KEYS[2], 'fence') ~= ARGV[2] then return {'lease_lost', ''} end
local m = redis.call('HMGET', KEYS[1], 'status', 'id', 'timeline', 'phone', 'send_at_ms')
if not m[1] then return {'gone', ''} end
id = m[2]
if not string.find(ARGV[4], ',' .. m[1] .. ',', 1, true) then return {'refused', m[1]} end

local entry = to .. '@' .. ARGV[1]
if ARGV[5] ~= '' then entry = entry .. '@' .. ARGV[5] end
redis.call('HSET', KEYS[1], 'status', to, 'updated_ms', now, 'timeline', m[3] .. ';' .. entry)
for i = 9, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end

if to == 'queued' then
  redis.call('HDEL', KEYS[1], 'intent')
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[4], ARGV[8] ~= '' and ARGV[8] or now, id)
  return {'ok', to}
end
redis.call('ZREM', KEYS[4], id)
redis.call('ZREM', KEYS[7], id)
if to == 'sending' then return {'ok', to} end
-- `sending`, and the way back from it to `queued`, are the worker's inner matter: no event tells of them.
redis.call('XADD', KEYS[9], 'MAXLEN', '~', 100000, '*',
  'type', 'message.' .. to, 'subject', id, 'at_ms', ARGV[1], 'code', ARGV[5])
redis.call('HINCRBY', KEYS[10], 'messages:status=' .. to, 1)
-- What was certainly not sent gives its place back; what may have been sent made its chat an old one.
if to == 'failed' or to == 'cancelled' or to == 'expired' then
  release_place(KEYS[11], KEYS[1])
else
  redis.call('SADD', KEYS[12], m[4])
end
redis.call('ZREM', KEYS[3], id)
if to == 'unknown' then redis.call('ZADD', KEYS[6], now, id) else redis.call('ZREM', KEYS[6], id) end
if to == 'sent' or to == 'delivered' or to == 'unknown' then
  redis.call('ZADD', KEYS[5], now + tonumber(ARGV[7]), id)
else
  redis.call('ZREM', KEYS[5], id)
end
-- The claim of an identity counts from the time of sending: the record of what is settled before then outlives it too.
local early = math.max(0, tonumber(m[5] or 0) - now)
if to ~= 'unknown' then redis.call('PEXPIRE', KEYS[1], early + tonumber(ARGV[6])) end
return {'ok', to}
