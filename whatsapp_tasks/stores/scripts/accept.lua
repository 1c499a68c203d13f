-- Accepts one message: creates identity, record, place in the daily cap and queue entry, all together or none.
-- uses holds
-- uses phones
-- uses places
-- uses windows
--
-- `open` holds the messages that are queued or being sent. `send_at`, `expires_at`, `metadata`, `nonce_ttl` (no
-- nonce) and `plan` (no cap) may be ''. `holds` is '1' to hold a message until a day with a free place. `forms`
-- are all names of the recipient: the forms of its phone, the id of its chat. `phone` or `chat` may be ''. `file` is
-- '' or JSON with the keys that only a message with a file needs, so that others do not pay for them: either record
-- (the file as JSON), digest, kind, size, content, held, due and maybe upload (its key), or wanted (a file to be
-- fetched first, as JSON) and fetches. `reply` is '' or what the message replies to, as JSON. `only_repeat` is '1' if
-- only a repeat may be accepted: a new message cannot be made, or its time is over. From windows_from on: for each
-- window that limits requests, the keys of previous and current count, and its limit and seconds.
--
-- Returns {outcome, message id, status}; outcomes: accepted, duplicate, conflict, replayed, account_unknown,
-- no_repeat, opted_out, file_gone (its upload has expired, or its content was deleted meanwhile), limited (instead of
-- the status: the index of the full window), capped (instead of the status: start ms of the next day with a free
-- place, or ''). Only `accepted` writes anything, except that every outcome but account_unknown and limited keeps the
-- nonce.
local account, identity, record, log, open, schedule, nonce, opt_outs, broker_list, sequence, expiring, events,
  metrics, caps, contacted, all_messages = unpack(KEYS, 1, 16)
local now, id, phone, chat, text, window, content, priority, send_at, expires_at, metadata, queue_message, nonce_ttl,
  source, plan, holds, forms, file, reply, only_repeat = unpack(ARGV, 1, 20)
local windows_keys_from = 17
local windows_from = 21

local full = count_windows(windows_keys_from, windows_from)
if full then return {'limited', '', full} end
if redis.call('EXISTS', account) == 0 then return {'account_unknown', '', ''} end
if nonce_ttl ~= '' and not redis.call('SET', nonce, '1', 'NX', 'PX', nonce_ttl) then
  return {'replayed', '', ''}
end

local claim = redis.call('GET', identity)
if claim then
  local first, first_content = string.match(claim, '^(.-):(.*)$')
  if first_content ~= content then return {'conflict', first, ''} end
  -- The record's key has the same prefix as ours; its status is what the first caller would see now.
  local first_record = string.sub(record, 1, #record - #id) .. first
  return {'duplicate', first, redis.call('HGET', first_record, 'status') or 'expired'}
end
if only_repeat == '1' then return {'no_repeat', '', ''} end
if holds_any(opt_outs, forms) then return {'opted_out', '', ''} end
local attached = file ~= '' and cjson.decode(file)
if attached and attached.content and redis.call('EXISTS', attached.content) == 0 then return {'file_gone', '', ''} end
local upload = attached and attached.upload
if upload and tonumber(redis.call('HGET', upload, 'expires_ms') or 0) <= tonumber(now) then
  return {'file_gone', '', ''}
end
local fields = {'id', id, 'phone', phone, 'text', text, 'status', 'queued', 'created_ms', now,
  'updated_ms', now, 'priority', priority, 'attempts', 0, 'source', source, 'timeline', 'queued@' .. now}
local function note(field, value)
  fields[#fields + 1] = field
  fields[#fields + 1] = value
end
if chat ~= '' then note('chat', chat) end
if forms ~= phone then note('forms', forms) end
local due = send_at
if plan ~= '' then
  local is_new = not holds_any(contacted, forms)
  local day, start = find_place(caps, plan, is_new)
  local in_time = day == string.match(plan, '^[%d-]+')
  if not day or not (in_time or holds == '1') then return {'capped', '', start or ''} end
  local place = take_place(caps, day, is_new)
  for i = 1, #place, 2 do note(place[i], place[i + 1]) end
  if not in_time then
    due = start
    note('waits_for', 'daily_cap')
  end
end

redis.call('SET', identity, id .. ':' .. content, 'PX', window)
if upload then redis.call('PEXPIRE', upload, window, 'GT') end -- so that a repeat is known for one
if send_at ~= '' then note('send_at_ms', send_at) end
if expires_at ~= '' then
  note('expires_at_ms', expires_at)
  redis.call('ZADD', expiring, expires_at, id)
end
if metadata ~= '' then note('metadata', metadata) end
if reply ~= '' then note('reply', reply) end
if attached and attached.wanted then
  note('file_wanted', attached.wanted)
  if due ~= '' then note('fetched_due', due) end
  due = '+inf' -- until it is fetched, so nothing can claim it
  redis.call('ZADD', attached.fetches, now, id)
elseif attached then
  note('file', attached.record)
  note('file_digest', attached.digest)
  hold(attached.held, attached.due, attached.digest, 'm:' .. id, '+inf', now)
  redis.call('HINCRBY', metrics, 'files:kind=' .. attached.kind, 1)
  redis.call('HINCRBY', metrics, 'file_bytes:kind=' .. attached.kind, attached.size)
end
redis.call('HSET', record, unpack(fields))
redis.call('ZADD', log, now, id)
redis.call('ZADD', all_messages, now, id)
if due == '+inf' or (due ~= '' and tonumber(due) > tonumber(now)) then
  redis.call('ZADD', schedule, due, id)
else
  redis.call('ZADD', open, redis.call('INCR', sequence), id)
  redis.call('LPUSH', broker_list, queue_message)
end
-- 100,000 events are kept: two weeks of an account at its daily cap, if no webhooks worker runs (docs/webhooks.md).
redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', 'message.queued', 'subject', id, 'at_ms', now)
redis.call('HINCRBY', metrics, 'messages:status=queued', 1)
return {'accepted', id, 'queued'}
