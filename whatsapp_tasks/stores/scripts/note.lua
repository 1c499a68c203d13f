-- Writes fields into the record of a message that the worker has claimed.
-- uses bubbles
-- uses phones
--
-- `attempt` is the number of the attempt that writes: what it wrote last may arrive late, in a later one. `guarded` is
-- '1' to refuse while the account is paused, if the recipient has opted out, or if Redis has lost writes: `seen` and
-- `seen_intents` are what this worker has seen of `generation` and `intents`. What is guarded is an intent, which is
-- counted. `follow` is ms. From fields_from on: alternating fields and values.
--
-- Returns {outcome, generation, intents}; outcomes: ok, lease_lost, paused, opted_out, refused (the message is
-- not `sending`, or in another attempt).
local record, lease, pauses, generation, intents, opt_outs, bubbles, vault = unpack(KEYS)
local fence, attempt, guarded, seen, seen_intents, follow = unpack(ARGV, 1, 6)
local fields_from = 7
if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', 0, 0} end
local m = redis.call('HMGET', record, 'status', 'attempts', 'phone', 'forms')
if m[1] ~= 'sending' or m[2] ~= attempt then return {'refused', 0, 0} end
if guarded == '1' then
  if redis.call('HLEN', pauses) > 0 then return {'paused', 0, 0} end
  if tonumber(redis.call('GET', generation) or 0) < tonumber(seen) then return {'paused', 0, 0} end
  if tonumber(redis.call('GET', intents) or 0) < tonumber(seen_intents) then return {'paused', 0, 0} end
  if holds_any(opt_outs, m[4] or m[3]) then return {'opted_out', 0, 0} end
  redis.call('HINCRBY', vault, 'sends', 1)
  redis.call('INCR', intents)
end
write_fields(record, fields_from, bubbles, follow)
return {'ok', redis.call('INCR', generation), tonumber(redis.call('GET', intents) or 0)}
