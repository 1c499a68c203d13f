-- The file of a received message goes from one state into another, and the event tells it: once.
--
-- `record` is the message's hash, `waiting` and `tries` those of files that are to be stored. `fence` is '' for who
-- needs no lease. `was` is the state it must be in; `state`, `reason` and `status` (JSON) are the new one. `bytes` are
-- added to those of the `day`, whose counter is kept for `day_kept` ms.
--
-- Returns the outcome: settled, changed (it is in another state, or has no file), gone (the message is not kept any
-- more) or lease_lost.
local record, waiting, tries, day, lease, events, metrics = unpack(KEYS)
local fence, id, was, state, reason, status, bytes, day_kept, now = unpack(ARGV)
if fence ~= '' and redis.call('HGET', lease, 'fence') ~= fence then return 'lease_lost' end
local chat, media = unpack(redis.call('HMGET', record, 'chat', 'media'))
if chat and media and cjson.decode(media).state ~= was then return 'changed' end
redis.call('ZREM', waiting, id)
redis.call('HDEL', tries, id)
if not chat then return 'gone' end
if not media then return 'changed' end
redis.call('HSET', record, 'media', status)
if tonumber(bytes) > 0 then
  redis.call('INCRBY', day, bytes)
  redis.call('PEXPIRE', day, day_kept)
end
redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', 'message.media', 'subject', chat, 'at_ms', now,
  'message', id, 'state', state, 'reason', reason)
redis.call('HINCRBY', metrics, 'media_received:state=' .. state, 1)
return 'settled'
