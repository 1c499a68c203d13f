-- Writes the answer about a number into its check, and remembers it if it is a fact.
-- uses number_checks
--
-- `entry` is that of `waiting`. `known` is what to remember of the number for `kept` ms, or ''. `counted` is the result of
-- a look-up for the metrics, or '' if nothing was looked up.
--
-- Returns the outcome: settled, lease_lost (nothing is written), gone (the check was cancelled; the fact is remembered).
local check, answers, waiting, fact, lease, events, metrics = unpack(KEYS)
local fence, id, entry, form, answer, known, kept, counted, now, retention = unpack(ARGV)
if redis.call('HGET', lease, 'fence') ~= fence then return 'lease_lost' end
if counted ~= '' then redis.call('HINCRBY', metrics, 'number_lookups:result=' .. counted, 1) end
if known ~= '' then redis.call('SET', fact, known, 'PX', kept) end
if redis.call('ZREM', waiting, entry) == 0 then return 'gone' end
redis.call('HSET', answers, form, answer)
redis.call('HDEL', check, 'asked', 'times')
if redis.call('HINCRBY', check, 'left', -1) <= 0 then
  end_check(check, answers, events, id, 'done', now, retention)
end
return 'settled'
