-- Writes down what the worker's look found in the chat list, and the events of what is new: all or nothing.
--
-- KEYS  1 unread counts   2 lease   3 events   4 metrics   5 answers to look at: phone -> new messages
-- ARGV  1 fence   2 now ms   3 prefix of what is kept of an event for its envelope   4 seconds it is kept
--       5 '1' for the first look since a phone was linked   6 number of changes
--       then for each change: title, what is known of the chat ('': nothing any more)
--       then for each notice: subject, unread, new, chat, phone or '', preview, phone whose chat is to be looked at
--       for an opt-out, or ''
--
-- Returns the outcome: written, lease_lost, forgotten (the counts are gone); only `written` changes anything.
if redis.call('HGET', KEYS[2], 'fence') ~= ARGV[1] then return 'lease_lost' end
if ARGV[5] == '0' and redis.call('HEXISTS', KEYS[1], '') == 0 then return 'forgotten' end
local a = 7
for _ = 1, tonumber(ARGV[6]) do
  if ARGV[a + 1] == '' then redis.call('HDEL', KEYS[1], ARGV[a])
  else redis.call('HSET', KEYS[1], ARGV[a], ARGV[a + 1]) end
  a = a + 2
end
redis.call('HSET', KEYS[1], '', '1')
while a <= #ARGV do
  local place = redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'type', 'message.received',
    'subject', ARGV[a], 'at_ms', ARGV[2], 'unread', ARGV[a + 1], 'new', ARGV[a + 2])
  local kept = ARGV[3] .. place
  redis.call('HSET', kept, 'chat', ARGV[a + 3], 'phone', ARGV[a + 4], 'preview', ARGV[a + 5])
  redis.call('EXPIRE', kept, ARGV[4])
  redis.call('HINCRBY', KEYS[4], 'messages_received:', ARGV[a + 2])
  if ARGV[a + 6] ~= '' then redis.call('HINCRBY', KEYS[5], ARGV[a + 6], ARGV[a + 2]) end
  a = a + 7
end
return 'written'
