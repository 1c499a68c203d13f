-- Moves a message to another status, never backwards, and updates every index.
-- uses bubbles
-- uses holds
-- uses places
--
-- `fence` is '' for callers that are not a worker. `attempt` is the number of the attempt that writes, or '': what it
-- wrote last may arrive late, in a later one, of which it says nothing. `before` is ',from,from,'. `code` may be ''.
-- `retention` and `follow` are ms. `held_pattern` turns the digest of a file into the key of its holders. `due` is when
-- a message that is queued again is due; '' means at once. `known` is what the new status says about the phone, to be
-- remembered for `known_kept` ms, or ''. From fields_from on: alternating fields and values, to be written into the
-- record.
--
-- Returns {outcome, record}; outcomes: ok (with the changed record), lease_lost, gone, refused (not allowed in the
-- current status, or in another attempt).
local record, lease, open, schedule, watched, unknown, expiring, events, metrics, caps, contacted,
  bubbles, contents_due, number = unpack(KEYS)
local now, fence, attempt, to, before, code, retention, follow, due, held_pattern, known, known_kept =
  unpack(ARGV, 1, 12)
local fields_from = 13

if fence ~= '' and redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', {}} end
local m = redis.call('HMGET', record, 'status', 'id', 'timeline', 'phone', 'send_at_ms', 'file_digest', 'attempts', 'chat')
if not m[1] then return {'gone', {}} end
local id = m[2]
if not string.find(before, ',' .. m[1] .. ',', 1, true) then return {'refused', {}} end
if attempt ~= '' and m[7] ~= attempt then return {'refused', {}} end

local entry = to .. '@' .. now
if code ~= '' then entry = entry .. '@' .. code end
redis.call('HSET', record, 'status', to, 'updated_ms', now, 'timeline', m[3] .. ';' .. entry)
write_fields(record, fields_from, bubbles, follow)
if known ~= '' then redis.call('SET', number, known, 'PX', known_kept) end

if to == 'queued' then
  redis.call('HDEL', record, 'intent', 'bubble_id') -- of an attempt that certainly sent nothing
  redis.call('ZREM', open, id)
  redis.call('ZADD', schedule, due ~= '' and due or now, id)
  return {'ok', redis.call('HGETALL', record)}
end
redis.call('ZREM', schedule, id)
redis.call('ZREM', expiring, id)
if to == 'sending' then return {'ok', redis.call('HGETALL', record)} end
-- `sending`, and the step back from it to `queued`, are internal to the worker: no event reports them.
redis.call('XADD', events, 'MAXLEN', '~', 100000, '*',
  'type', 'message.' .. to, 'subject', id, 'at_ms', now, 'code', code)
redis.call('HINCRBY', metrics, 'messages:status=' .. to, 1)
-- A message that was certainly not sent gives its place back; after one that may have been sent, its chat is not new.
if to == 'failed' or to == 'cancelled' or to == 'expired' then
  release_place(caps, record)
else
  redis.call('SADD', contacted, m[4] ~= '' and m[4] or m[8])
end
redis.call('ZREM', open, id)
if to == 'unknown' then redis.call('ZADD', unknown, now, id) else redis.call('ZREM', unknown, id) end
if to == 'sent' or to == 'delivered' or to == 'unknown' then
  redis.call('ZADD', watched, tonumber(now) + tonumber(follow), id)
else
  redis.call('ZREM', watched, id)
end
-- An identity is claimed from the time of sending: if the message is settled earlier, its record must still outlive
-- it.
local early = math.max(0, tonumber(m[5] or 0) - tonumber(now))
local changed = redis.call('HGETALL', record) -- before its time to live begins, which may be over at once
if to ~= 'unknown' then
  redis.call('PEXPIRE', record, early + tonumber(retention))
  if m[6] then
    local ends = string.format('%d', tonumber(now) + early + tonumber(retention))
    hold(string.format(held_pattern, m[6]), contents_due, m[6], 'm:' .. id, ends, now)
  end
end
return {'ok', changed}
