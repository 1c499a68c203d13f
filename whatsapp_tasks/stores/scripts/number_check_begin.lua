-- Accepts a check of numbers: those that are answered at once, and those to be looked up, in line.
-- uses number_checks
--
-- `waiting` is a zset: check id, a blank and the phone, by turn. The first number of the line has its turn in any case;
-- after it, the checks take turns: one number in a small check does not wait for all of a large one. `most` is how many
-- numbers may wait. From answers_from on: form and answer, `answered` times; then the phones to be looked up.
--
-- Returns the outcome: accepted, account_unknown, full (too many wait); only `accepted` changes anything.
local account, check, answers, waiting, events = unpack(KEYS)
local id, now, phones, forms, most, retention, answered = unpack(ARGV, 1, 7)
local answers_from = 8
local asked_from = answers_from + 2 * tonumber(answered)
local left = #ARGV - asked_from + 1
if redis.call('EXISTS', account) == 0 then return 'account_unknown' end
if left > 0 and redis.call('ZCARD', waiting) + left > tonumber(most) then return 'full' end
redis.call('HSET', check, 'status', 'waiting', 'created_ms', now, 'phones', phones, 'forms', forms, 'left', left)
for i = answers_from, asked_from - 1, 2 do redis.call('HSET', answers, ARGV[i], ARGV[i + 1]) end
local turn = tonumber(redis.call('ZRANGE', waiting, 0, 0, 'WITHSCORES')[2] or 0)
for i = asked_from, #ARGV do
  turn = turn + 1
  redis.call('ZADD', waiting, turn, id .. ' ' .. ARGV[i])
end
if left == 0 then end_check(check, answers, events, id, 'done', now, retention) end
return 'accepted'
