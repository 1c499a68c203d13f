-- A worker takes the next number to look it up, and with it a place of the day's cap.
-- uses phones
--
-- `entry` is the first of `waiting` as the worker has read it; `forms` are all forms of its phone. `lookups` counts
-- those of the day, of which there may be `cap`; it is kept for `kept` ms. `state` is the session state that allows
-- look-ups. `seen` is the generation that this worker has seen. From open_from on: the sets of messages to be sent now.
--
-- Returns {outcome, answer}; outcomes: lease_lost, changed (another is next), known (with the answer that is
-- remembered), opted_out, given_up (it was taken `tries` times and never settled), held (the account is paused or in
-- another state, Redis has lost writes, or a message waits), capped, taken. Only `taken` changes anything.
local waiting, check, fact, lookups, opt_outs, lease, pauses, session, generation = unpack(KEYS, 1, 9)
local fence, entry, forms, cap, kept, state, seen, tries = unpack(ARGV)
local open_from = 10
if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', ''} end
if redis.call('ZRANGE', waiting, 0, 0)[1] ~= entry then return {'changed', ''} end
local known = redis.call('GET', fact)
if known then return {'known', known} end
if holds_any(opt_outs, forms) then return {'opted_out', ''} end
local before = redis.call('HMGET', check, 'asked', 'times')
local times = before[1] == entry and tonumber(before[2]) or 0
if times >= tonumber(tries) then return {'given_up', ''} end
if redis.call('HLEN', pauses) > 0 then return {'held', ''} end
if redis.call('HGET', session, 'state') ~= state then return {'held', ''} end
if tonumber(redis.call('GET', generation) or 0) < tonumber(seen) then return {'held', ''} end
for i = open_from, #KEYS do
  if redis.call('ZCARD', KEYS[i]) > 0 then return {'held', ''} end
end
if tonumber(redis.call('GET', lookups) or 0) >= tonumber(cap) then return {'capped', ''} end
redis.call('INCR', lookups)
redis.call('PEXPIRE', lookups, kept)
redis.call('HSET', check, 'asked', entry, 'times', times + 1)
return {'taken', ''}
