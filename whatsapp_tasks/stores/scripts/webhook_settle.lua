-- Records the result of an attempt, and makes the lane due again if it is not empty.
--
-- `outcome` is delivered, retry, dead or gone. `next_attempt` is when a retry is due, ms. `code` is that of the
-- answer. `quiet_until` is '' or the time until which the endpoint wants no requests, ms. `away_after` is the number
-- of failures in a row after which the receiver counts as unavailable. `record_prefix` is that of delivery records.
--
-- Returns 1, or 0 if the lane was not ours any more: another worker makes, or has made, this attempt.
local due, running, state, dead, metrics, lane_list, record = unpack(KEYS)
local lane, token, id, now, outcome, next_attempt, code, quiet_until, away_after, record_prefix = unpack(ARGV)

if redis.call('ZSCORE', running, lane) ~= token or redis.call('LINDEX', lane_list, 0) ~= id then return 0 end
redis.call('ZREM', running, lane)
redis.call('HINCRBY', metrics, 'attempts:outcome=' .. (outcome == 'delivered' and 'delivered' or 'failed'), 1)
if quiet_until ~= '' then redis.call('HSET', state, 'hold_until_ms', quiet_until) end

if outcome == 'delivered' then
  redis.call('DEL', record)
  -- The receiver is back: waiting events, perhaps hours old, are tried now. A thousand lanes at a time, because
  -- Redis serves nobody else meanwhile; the streak stays, so that the next success brings the next thousand.
  local woken = 0
  if tonumber(redis.call('HGET', state, 'streak') or 0) >= tonumber(away_after) then
    for _, waiting in ipairs(redis.call('ZRANGEBYSCORE', due, '(' .. now, '+inf', 'LIMIT', 0, 1000)) do
      redis.call('ZADD', due, now, waiting)
      woken = woken + 1
    end
  end
  if woken < 1000 then redis.call('HSET', state, 'streak', 0) end
  redis.call('HSET', state, 'last_success_ms', now)
else
  redis.call('HINCRBY', state, 'streak', 1)
  redis.call('HSET', state, 'last_failure_ms', now, 'last_failure', code)
  redis.call('HSET', record, 'code', code, 'failed_ms', now)
end

if outcome == 'retry' then
  redis.call('ZADD', due, next_attempt, lane)
  return 1
end
if outcome == 'gone' then
  -- Nothing is lost: events wait in their lanes until a person enables the endpoint again, or removes it.
  redis.call('HSET', state, 'disabled_ms', now, 'disabled_reason', code)
  redis.call('ZADD', due, now, lane)
  return 1
end
redis.call('LPOP', lane_list)
redis.call('HINCRBY', metrics, 'events:outcome=' .. outcome, 1)
if outcome == 'dead' then redis.call('ZADD', dead, now, id) end
local next_id = redis.call('LINDEX', lane_list, 0)
if next_id then
  redis.call('ZADD', due, now, lane)
  -- It waited for the event before it, not for the receiver: its day begins now. After a dead letter it keeps its
  -- own time: otherwise an unavailable receiver would hold a message's events for one day each.
  if outcome == 'delivered' then redis.call('HSET', record_prefix .. next_id, 'since_ms', now) end
end
return 1
