-- Stores what the worker's look found in the chat list, and the events of new messages: all or nothing.
--
-- `mode` is what becomes of a notice: 'notice' (an event), 'full' (its chat is one to read, in `news`) or 'off'.
-- `answers` holds phone -> number of new messages to check. `record_prefix` is the key prefix of an event's data
-- for its envelope, kept for `kept_seconds`. `first` is '1' for the first look since a phone was linked. From
-- changes_from on: title and state of a chat ('' deletes it), `changes` times; then for each notice: subject,
-- unread, new, chat, its name in `news`, phone or '', preview, and the phone whose chat to check for an opt-out, or ''.
--
-- Returns the outcome: written, lease_lost, forgotten (the state is lost); only `written` changes anything.
local unread, lease, events, metrics, answers, news = unpack(KEYS)
local fence, now, record_prefix, kept_seconds, first, mode, changes = unpack(ARGV, 1, 7)
local changes_from = 8
if redis.call('HGET', lease, 'fence') ~= fence then return 'lease_lost' end
if first == '0' and redis.call('HEXISTS', unread, '') == 0 then return 'forgotten' end
local a = changes_from
for _ = 1, tonumber(changes) do
  if ARGV[a + 1] == '' then redis.call('HDEL', unread, ARGV[a])
  else redis.call('HSET', unread, ARGV[a], ARGV[a + 1]) end
  a = a + 2
end
redis.call('HSET', unread, '', '1')
while a <= #ARGV do
  if mode == 'full' then
    redis.call('HINCRBY', news, ARGV[a + 4], ARGV[a + 2])
  elseif mode == 'notice' then
    local place = redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', 'message.received',
      'subject', ARGV[a], 'at_ms', now, 'unread', ARGV[a + 1], 'new', ARGV[a + 2])
    local kept = record_prefix .. place
    redis.call('HSET', kept, 'chat', ARGV[a + 3], 'phone', ARGV[a + 5], 'preview', ARGV[a + 6])
    redis.call('EXPIRE', kept, kept_seconds)
    redis.call('HINCRBY', metrics, 'messages_received:', ARGV[a + 2])
  end
  if ARGV[a + 7] ~= '' then redis.call('HINCRBY', answers, ARGV[a + 7], ARGV[a + 2]) end
  a = a + 8
end
return 'written'
