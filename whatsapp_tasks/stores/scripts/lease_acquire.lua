-- Takes the account for one worker. The fence grows with each holder; writes of an older one are refused.
--
-- KEYS  1 lease   2 fence counter
-- ARGV  1 token of this worker   2 ttl ms   3 holder description (JSON)   4 token of a holder proven dead or ''
--
-- Returns {outcome, …}: {acquired, fence} or {held, description of the holder, token of the holder}.
local token = redis.call('HGET', KEYS[1], 'token')
if token and token ~= ARGV[1] and token ~= ARGV[4] then
  return {'held', redis.call('HGET', KEYS[1], 'holder'), token}
end
local fence = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'fence', fence, 'holder', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'acquired', fence}
