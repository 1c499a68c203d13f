-- Writes fields into the record of a message that the worker has claimed.
-- uses bubbles
-- uses phones
--
-- `guarded` is '1' to refuse while the account is paused, if the recipient has opted out, or if Redis has lost
-- writes: `seen` is the generation that this worker has seen. What is guarded is an intent, which is counted. `follow`
-- is ms. From fields_from on: alternating fields and values.
--
-- Returns {outcome, generation}; outcomes: ok, lease_lost, paused, opted_out, refused (the message is
-- not `sending`).
local record, lease, pauses, generation, opt_outs, bubbles, vault = unpack(KEYS)
local fence, guarded, seen, follow = unpack(ARGV, 1, 4)
local fields_from = 5
if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', 0} end
if redis.call('HGET', record, 'status') ~= 'sending' then return {'refused', 0} end
if guarded == '1' then
  if redis.call('HLEN', pauses) > 0 then return {'paused', 0} end
  if tonumber(redis.call('GET', generation) or 0) < tonumber(seen) then return {'paused', 0} end
  local m = redis.call('HMGET', record, 'phone', 'forms')
  if holds_any(opt_outs, m[2] or m[1]) then return {'opted_out', 0} end
  redis.call('HINCRBY', vault, 'sends', 1)
end
write_fields(record, fields_from, bubbles, follow)
return {'ok', redis.call('INCR', generation)}
