-- Postpones a queued message that may not be sent now: it is due again later, with a place of that day.
-- uses phones
-- uses places
--
-- `code` is the reason. `due` is ms, or '': the start of the first day with a free place. `plan` has places, or is ''
-- (no cap). With a due time it is postponed even if no day has a free place: its claim looks for one again.
--
-- Returns {outcome, due ms}; outcomes: ok, lease_lost, refused (not queued), no_place.
local record, lease, open, schedule, caps, contacted = unpack(KEYS)
local fence, code, due, plan = unpack(ARGV)
if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', ''} end
local m = redis.call('HMGET', record, 'status', 'id', 'phone', 'forms')
if m[1] ~= 'queued' then return {'refused', ''} end
if plan ~= '' then
  local is_new = not holds_any(contacted, m[4] or m[3])
  local day, start = find_place(caps, plan, is_new)
  if day then
    release_place(caps, record)
    redis.call('HSET', record, unpack(take_place(caps, day, is_new)))
    if due == '' then due = start end
  end
end
-- A script that fails half-way keeps its writes: without a due time the message would be in no index.
if due == '' then return {'no_place', ''} end
redis.call('HSET', record, 'waits_for', code)
redis.call('ZREM', open, m[2])
redis.call('ZADD', schedule, due, m[2])
return {'ok', due}
