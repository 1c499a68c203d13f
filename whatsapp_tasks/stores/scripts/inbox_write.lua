-- Stores what was read in one chat, and its events: all or nothing.
--
-- `record` is the chat's JSON, `names` how many names lead to it. `prefix` precedes the id in the key of a message's
-- record, which lives for `kept` ms. `missed` is what the first event tells of messages that could not be read: '0', a
-- number or 'unknown'; without a new message it is an event of its own. `stays` is the entry of `news` that the chat
-- keeps while it is open, '' for none. From names_from on: the names, `titles` titles,
-- `cleared` entries of `news`; then for each message, oldest first: id, bubble, '1' if it is ours, body,
-- what is known of its file or '', '1' if that is to be stored: then it is in `media_waiting`.
--
-- A bubble that this chat already has is not written again, and has no event. Returns the outcome and the number of
-- received messages that are new: written, lease_lost (nothing changes).
local chats, chat_names, chat_log, messages, news, bubbles, log, sequence, media_waiting, lease, events, metrics =
  unpack(KEYS)
local fence, chat, record, now, prefix, kept, missed, stays, names, titles, cleared = unpack(ARGV, 1, 11)
local names_from = 12
if redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', 0} end
local a = names_from
for _ = 1, tonumber(names) do
  redis.call('HSET', chat_names, ARGV[a], chat)
  a = a + 1
end
for _ = 1, tonumber(titles) do
  local known = redis.call('HGET', chat_names, ARGV[a])
  if not known then redis.call('HSET', chat_names, ARGV[a], chat)
  elseif not string.find(' ' .. known .. ' ', ' ' .. chat .. ' ', 1, true) then
    redis.call('HSET', chat_names, ARGV[a], known .. ' ' .. chat)
  end
  a = a + 1
end
for _ = 1, tonumber(cleared) do
  redis.call('HDEL', news, ARGV[a])
  a = a + 1
end
if stays ~= '' then redis.call('HSET', news, stays, 0) end
redis.call('HSET', chats, chat, record)
redis.call('ZADD', chat_log, now, chat)
local function tell(message)
  redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', 'message.received', 'subject', chat, 'at_ms', now,
    'unread', 0, 'new', message == '' and 0 or 1, 'message', message, 'missed', missed)
  missed = '0'
end
local new = 0
while a <= #ARGV do
  local id, bubble, ours, body, media, waits = unpack(ARGV, a, a + 5)
  if redis.call('HGET', bubbles, bubble) ~= chat and not redis.call('ZSCORE', messages, id) then
    redis.call('HSET', prefix .. id, 'chat', chat, 'body', body)
    if media ~= '' then redis.call('HSET', prefix .. id, 'media', media) end
    redis.call('PEXPIRE', prefix .. id, kept)
    local place = redis.call('INCR', sequence)
    redis.call('ZADD', messages, place, id)
    if waits == '1' then redis.call('ZADD', media_waiting, place, id) end
    redis.call('HSET', bubbles, bubble, chat)
    redis.call('ZADD', log, now, chat .. ' ' .. bubble .. ' ' .. id)
    if ours == '0' then
      new = new + 1
      tell(id)
    end
  end
  a = a + 6
end
if missed ~= '0' then tell('') end
if new > 0 then redis.call('HINCRBY', metrics, 'messages_received:', new) end
return {'written', new}
