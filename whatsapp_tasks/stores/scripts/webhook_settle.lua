-- Writes down what came of an attempt, and makes the lane due again when it still holds something.
--
-- KEYS  1 due   2 running   3 state   4 dead letters   5 metrics   6 lane list   7 delivery record
-- ARGV  1 lane  2 token     3 id      4 now ms         5 outcome: delivered, retry, dead, gone
--       6 time of the next attempt (retry), ms         7 code of the answer
--       8 '' or the time until which the endpoint wants quiet, ms
--       9 failures in a row after which the receiver counts as having been away   10 prefix of delivery records
--
-- Returns 1, or 0 when the lane was not ours any more: another worker makes, or has made, this attempt.
local lane, id, now, outcome = ARGV[1], ARGV[3], tonumber(ARGV[4]), ARGV[5]
if redis.call('ZSCORE', KEYS[2], lane) ~= ARGV[2] or redis.call('LINDEX', KEYS[6], 0) ~= id then return 0 end
redis.call('ZREM', KEYS[2], lane)
redis.call('HINCRBY', KEYS[5], 'attempts:outcome=' .. (outcome == 'delivered' and 'delivered' or 'failed'), 1)
if ARGV[8] ~= '' then redis.call('HSET', KEYS[3], 'hold_until_ms', ARGV[8]) end

if outcome == 'delivered' then
  redis.call('DEL', KEYS[7])
  -- The receiver is back: what waits for it, perhaps for hours, is tried now. A thousand lanes at a time, for
  -- Redis serves nobody else meanwhile; the streak stays, so that the next success brings the next thousand.
  local woken = 0
  if tonumber(redis.call('HGET', KEYS[3], 'streak') or 0) >= tonumber(ARGV[9]) then
    for _, waiting in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[4], '+inf', 'LIMIT', 0, 1000)) do
      redis.call('ZADD', KEYS[1], now, waiting)
      woken = woken + 1
    end
  end
  if woken < 1000 then redis.call('HSET', KEYS[3], 'streak', 0) end
  redis.call('HSET', KEYS[3], 'last_success_ms', now)
else
  redis.call('HINCRBY', KEYS[3], 'streak', 1)
  redis.call('HSET', KEYS[3], 'last_failure_ms', now, 'last_failure', ARGV[7])
  redis.call('HSET', KEYS[7], 'code', ARGV[7], 'failed_ms', now)
end

if outcome == 'retry' then
  redis.call('ZADD', KEYS[1], ARGV[6], lane)
  return 1
end
if outcome == 'gone' then
  -- Nothing is lost: events wait in their lanes until a person enables the endpoint again, or removes it.
  redis.call('HSET', KEYS[3], 'disabled_ms', now, 'disabled_reason', ARGV[7])
  redis.call('ZADD', KEYS[1], now, lane)
  return 1
end
redis.call('LPOP', KEYS[6])
redis.call('HINCRBY', KEYS[5], 'events:outcome=' .. outcome, 1)
if outcome == 'dead' then redis.call('ZADD', KEYS[4], now, id) end
local next_id = redis.call('LINDEX', KEYS[6], 0)
if next_id then
  redis.call('ZADD', KEYS[1], now, lane)
  -- It waited for the one before it, not for the receiver: its day begins now. Behind a dead letter it keeps
  -- its own time, or a receiver that is away would hold a message's events for as many days as there are.
  if outcome == 'delivered' then redis.call('HSET', ARGV[10] .. next_id, 'since_ms', now) end
end
return 1
