-- Accepts one message: identity, record, place in the daily cap and queue entry come into being together or
-- not at all.
-- uses phones
-- uses places
-- uses windows
--
-- KEYS  1 account record   2 identity claim   3 message record    4 log of messages   5 open messages (on the queue, or in hand)
--       6 schedule         7 nonce            8 opt-out list      9 broker list      10 enqueue counter
--      11 expiring      12 events           13 metrics           14 caps              15 contacted phones
--      16 list of all accounts' messages
--      17… previous and current count of each window that limits requests
-- ARGV  1 now ms           2 message id       3 phone             4 text              5 window ms
--       6 content digest   7 priority         8 send_at ms or ''  9 expires_at ms or ''
--      10 metadata JSON   11 queue message   12 nonce ttl ms or '' (no nonce)        13 source
--      14 plan of places or '' (no cap)         15 '1' to hold a message till a day with a place
--      16 all forms of the phone                17… limit and seconds of each window
--
-- Returns {outcome, message id, status}; outcomes: accepted, duplicate, conflict, replayed,
-- account_unknown, opted_out, limited (in the place of the status: which window is full), capped (in the place of the status: start ms of the next day with a place, or ''). Only `accepted` (and the nonce of every outcome but account_unknown and limited) is kept.
local now, id = tonumber(ARGV[1]), ARGV[2]
local full = count_windows(17, 17)
if full then return {'limited', '', full} end
if redis.call('EXISTS', KEYS[1]) == 0 then return {'account_unknown', '', ''} end
if ARGV[12] ~= '' and not redis.call('SET', KEYS[7], '1', 'NX', 'PX', ARGV[12]) then
  return {'replayed', '', ''}
end

local claim = redis.call('GET', KEYS[2])
if claim then
  local first, content = string.match(claim, '^(.-):(.*)$')
  if content ~= ARGV[6] then return {'conflict', first, ''} end
  -- The record's key shares the prefix of ours; its status is what the first caller would see now.
  local record = string.sub(KEYS[3], 1, #KEYS[3] - #id) .. first
  return {'duplicate', first, redis.call('HGET', record, 'status') or 'expired'}
end
if holds_any(KEYS[8], ARGV[16]) then return {'opted_out', '', ''} end
local record = {'id', id, 'phone', ARGV[3], 'text', ARGV[4], 'status', 'queued', 'created_ms', now,
  'updated_ms', now, 'priority', ARGV[7], 'attempts', 0, 'source', ARGV[13], 'timeline', 'queued@' .. ARGV[1]}
local function note(field, value)
  record[#record + 1] = field
  record[#record + 1] = value
end
if ARGV[16] ~= ARGV[3] then note('forms', ARGV[16]) end
local due = ARGV[8]
if ARGV[14] ~= '' then
  local is_new = not holds_any(KEYS[15], ARGV[16])
  local day, start = find_place(KEYS[14], ARGV[14], is_new)
  local in_time = day == string.match(ARGV[14], '^[%d-]+')
  if not day or not (in_time or ARGV[15] == '1') then return {'capped', '', start or ''} end
  local place = take_place(KEYS[14], day, is_new)
  for i = 1, #place, 2 do note(place[i], place[i + 1]) end
  if not in_time then
    due = start
    note('waits_for', 'daily_cap')
  end
end

redis.call('SET', KEYS[2], id .. ':' .. ARGV[6], 'PX', ARGV[5])
if ARGV[8] ~= '' then note('send_at_ms', ARGV[8]) end
if ARGV[9] ~= '' then
  note('expires_at_ms', ARGV[9])
  redis.call('ZADD', KEYS[11], ARGV[9], id)
end
if ARGV[10] ~= '' then note('metadata', ARGV[10]) end
redis.call('HSET', KEYS[3], unpack(record))
redis.call('ZADD', KEYS[4], now, id)
redis.call('ZADD', KEYS[16], now, id)
if due ~= '' and tonumber(due) > now then
  redis.call('ZADD', KEYS[6], due, id)
else
  redis.call('ZADD', KEYS[5], redis.call('INCR', KEYS[10]), id)
  redis.call('LPUSH', KEYS[9], ARGV[11])
end
-- 100,000 events are kept: two weeks of an account at its daily cap, should no webhook worker run (docs/webhooks.md).
redis.call('XADD', KEYS[12], 'MAXLEN', '~', 100000, '*', 'type', 'message.queued', 'subject', id, 'at_ms', ARGV[1])
redis.call('HINCRBY', KEYS[13], 'messages:status=queued', 1)
return {'accepted', id, 'queued'}
