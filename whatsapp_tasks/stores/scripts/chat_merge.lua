-- Two records of chats that turned out to be the same become one, with the messages of both in their order.
--
-- `from` and `to` are the ids of the chats; `record` is the JSON of the one that stays. `former`, in
-- chat_names, leads from the id of the other one to it. From names_from on: the names of the other one.
--
-- Returns 1 if it was done, 0 if the lease is not ours.
local chats, chat_names, chat_log, bubbles, log, lease, from_messages, to_messages = unpack(KEYS)
local fence, from, to, record, record_prefix, former = unpack(ARGV, 1, 6)
local names_from = 7
if redis.call('HGET', lease, 'fence') ~= fence then return 0 end
local moved = redis.call('ZRANGE', from_messages, 0, -1, 'WITHSCORES')
for i = 1, #moved, 2 do
  redis.call('ZADD', to_messages, moved[i + 1], moved[i])
  if redis.call('EXISTS', record_prefix .. moved[i]) == 1 then redis.call('HSET', record_prefix .. moved[i], 'chat', to) end
end
redis.call('DEL', from_messages)
for _, entry in ipairs(redis.call('ZRANGE', log, 0, -1, 'WITHSCORES')) do
  local chat, rest = string.match(entry, '^(%S+) (.*)$')
  if chat == from then
    local at = redis.call('ZSCORE', log, entry)
    local bubble = string.match(rest, '^(.*) %S+$')
    redis.call('HSET', bubbles, bubble, to)
    redis.call('ZREM', log, entry)
    redis.call('ZADD', log, at, to .. ' ' .. rest)
  end
end
for a = names_from, #ARGV do
  local left = {}
  for id in string.gmatch(redis.call('HGET', chat_names, ARGV[a]) or '', '%S+') do
    if id ~= from and id ~= to then left[#left + 1] = id end
  end
  left[#left + 1] = to
  redis.call('HSET', chat_names, ARGV[a], table.concat(left, ' '))
end
redis.call('HSET', chat_names, former, to)
redis.call('HDEL', chats, from)
redis.call('ZREM', chat_log, from)
redis.call('HSET', chats, to, record)
return 1
