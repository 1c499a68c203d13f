-- Puts off a message that is queued and may not be sent now: it is due again later, with a place of that day.
-- uses phones
-- uses places
--
-- KEYS  1 message record   2 lease   3 open messages   4 schedule   5 caps   6 contacted phones
-- ARGV  1 fence            2 code: why   3 due ms or '' (the start of the first day with a place)
--       4 plan of places or '' (no cap)
--
-- Returns {outcome, due ms}; outcomes: ok, lease_lost, refused (not queued), no_place.
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return {'lease_lost', ''} end
local m = redis.call('HMGET', KEYS[1], 'status', 'id', 'phone', 'forms')
if m[1] ~= 'queued' then return {'refused', ''} end
local due = ARGV[3]
if ARGV[4] ~= '' then
  local is_new = not holds_any(KEYS[6], m[4] or m[3])
  local day, start = find_place(KEYS[5], ARGV[4], is_new)
  if not day then return {'no_place', ''} end
  release_place(KEYS[5], KEYS[1])
  redis.call('HSET', KEYS[1], unpack(take_place(KEYS[5], day, is_new)))
  if due == '' then due = start end
end
-- A script that fails half way leaves what it did: without a time the message would be nowhere.
if due == '' then return {'no_place', ''} end
redis.call('HSET', KEYS[1], 'waits_for', ARGV[2])
redis.call('ZREM', KEYS[3], m[2])
redis.call('ZADD', KEYS[4], due, m[2])
return {'ok', due}
