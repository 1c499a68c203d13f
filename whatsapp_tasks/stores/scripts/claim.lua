-- A worker takes a message in hand.
-- uses phones
-- uses places
--
-- KEYS  1 message record   2 lease   3 pauses   4 opt-out list   5 schedule   6 session   7 generation
--       8 caps             9 contacted phones
-- ARGV  1 now ms   2 fence   3 ',STATE,STATE,' that send, or '' (any)
--       4 '1' when only chats that were written to may be   5 generation that this worker has seen
--       6 plan of today's places or '' (no cap)
--
-- Returns the outcome: lease_lost, gone, paused (or in a state that does not send, or Redis has lost writes),
-- later (scheduled), expired, opted_out, done (nothing left to do), settle (an attempt of a dead worker is open:
-- look into the chat first), restricted (a chat never written to), capped (no place today), claimed.
-- Only `claimed` changes anything; `capped` and `claimed` give back a place of another day.
local now = tonumber(ARGV[1])
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[2] then return 'lease_lost' end
local m = redis.call('HMGET', KEYS[1], 'status', 'id', 'phone', 'expires_at_ms', 'timeline', 'forms')
if not m[1] then return 'gone' end
if m[1] == 'sending' then return 'settle' end
if m[1] ~= 'queued' then return 'done' end
if redis.call('HLEN', KEYS[3]) > 0 then return 'paused' end
if ARGV[3] ~= '' and not string.find(ARGV[3], ',' .. (redis.call('HGET', KEYS[6], 'state') or '') .. ',', 1, true) then
  return 'paused'
end
if tonumber(redis.call('GET', KEYS[7]) or 0) < tonumber(ARGV[5]) then return 'paused' end
if redis.call('ZSCORE', KEYS[5], m[2]) then return 'later' end
if m[4] and tonumber(m[4]) <= now then return 'expired' end
local forms = m[6] or m[3]
if holds_any(KEYS[4], forms) then return 'opted_out' end
local is_new = not holds_any(KEYS[9], forms)
if is_new and ARGV[4] == '1' then return 'restricted' end
if ARGV[6] ~= '' then
  release_place(KEYS[8], KEYS[1])
  local day = find_place(KEYS[8], ARGV[6], is_new)
  if not day then return 'capped' end
  redis.call('HSET', KEYS[1], unpack(take_place(KEYS[8], day, is_new)))
end
redis.call('HSET', KEYS[1], 'status', 'sending', 'updated_ms', now, 'fence', ARGV[2],
  'timeline', m[5] .. ';sending@' .. ARGV[1])
redis.call('HDEL', KEYS[1], 'intent', 'waits_for')
redis.call('INCR', KEYS[7])
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
return 'claimed'
