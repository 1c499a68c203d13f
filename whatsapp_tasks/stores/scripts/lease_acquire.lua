-- Acquires the account's lease for one worker. The fence grows with each holder; writes with an older one are refused.
--
-- `token` is this worker's; `dead_token` is that of a holder that is certainly dead, or ''. `holder` is JSON; `ttl` is
-- ms. The new fence is above `above`, whatever Redis has lost.
--
-- Returns {outcome, …}: {acquired, fence} or {held, description of the holder, token of the holder}.
local lease, fence_counter = unpack(KEYS)
local token, ttl, holder, dead_token, above = unpack(ARGV)
local held = redis.call('HGET', lease, 'token')
if held and held ~= token and held ~= dead_token then
  return {'held', redis.call('HGET', lease, 'holder'), held}
end
if tonumber(redis.call('GET', fence_counter) or 0) < tonumber(above) then redis.call('SET', fence_counter, above) end
local fence = redis.call('INCR', fence_counter)
redis.call('HSET', lease, 'token', token, 'fence', fence, 'holder', holder)
redis.call('PEXPIRE', lease, ttl)
return {'acquired', fence}
