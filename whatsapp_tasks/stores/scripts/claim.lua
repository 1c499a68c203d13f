-- A worker claims a message before sending it.
-- uses phones
-- uses places
--
-- `states` is ',STATE,STATE,' with the states that send, or '' (any). While WhatsApp locks new chats, `asked_since` is
-- a time (ms): a message whose chat had no compose box since then is not claimed; else it is ''. `seen` and `seen_intents` are what this worker has seen of `generation` and `intents`. `plan`
-- has today's places, or is '' (no cap).
--
-- Returns {outcome, the record as it is now}; outcomes: lease_lost, gone, paused (also: in a state that does not
-- send, or Redis has lost writes), later (scheduled), expired, opted_out, done (nothing left to do), settle (an
-- attempt of a dead worker is open: look into the chat first), restricted (see `asked_since`), occupied (an
-- attempt of another message is open: if this one were sent first, its bubble could be mistaken for the other's),
-- capped (no free place today), claimed. The record is empty if nothing is to be done with it. Only `claimed`
-- changes the message; `capped` and `claimed` give back a place of another day.
local record, lease, pauses, opt_outs, schedule, session, generation, intents, caps, contacted, in_hand = unpack(KEYS)
local now, fence, states, asked_since, seen, seen_intents, plan = unpack(ARGV)

if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', {}} end
local m = redis.call('HMGET', record, 'status', 'id', 'phone', 'expires_at_ms', 'timeline', 'forms')
if not m[1] then return {'gone', {}} end
if m[1] == 'sending' then return {'settle', redis.call('HGETALL', record)} end
if m[1] ~= 'queued' then return {'done', {}} end
if redis.call('HLEN', pauses) > 0 then return {'paused', {}} end
if states ~= '' and not string.find(states, ',' .. (redis.call('HGET', session, 'state') or '') .. ',', 1, true) then
  return {'paused', {}}
end
if tonumber(redis.call('GET', generation) or 0) < tonumber(seen) then return {'paused', {}} end
if tonumber(redis.call('GET', intents) or 0) < tonumber(seen_intents) then return {'paused', {}} end
if redis.call('ZSCORE', schedule, m[2]) then return {'later', {}} end
if m[4] and tonumber(m[4]) <= tonumber(now) then return {'expired', redis.call('HGETALL', record)} end
local forms = m[6] or m[3]
if holds_any(opt_outs, forms) then return {'opted_out', redis.call('HGETALL', record)} end
local is_new = not holds_any(contacted, forms)
if asked_since ~= '' then
  for at in string.gmatch(m[5], '@(%d+)@chat_locked') do
    if tonumber(at) > tonumber(asked_since) then return {'restricted', redis.call('HGETALL', record)} end
  end
end
local other = redis.call('GET', in_hand)
if other and redis.call('HGET', other, 'status') == 'sending' then return {'occupied', {}} end
if plan ~= '' then
  release_place(caps, record)
  local day = find_place(caps, plan, is_new)
  if not day then return {'capped', redis.call('HGETALL', record)} end
  redis.call('HSET', record, unpack(take_place(caps, day, is_new)))
end
redis.call('HSET', record, 'status', 'sending', 'updated_ms', now, 'fence', fence,
  'timeline', m[5] .. ';sending@' .. now)
redis.call('HDEL', record, 'intent', 'waits_for')
redis.call('SET', in_hand, record)
redis.call('INCR', generation)
redis.call('HINCRBY', record, 'attempts', 1)
return {'claimed', redis.call('HGETALL', record)}
