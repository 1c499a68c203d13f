-- Changes the session state of an account, if it is still what the caller saw.
--
-- KEYS  1 session   2 history   3 lease   4 events   5 metrics   6 generation
-- ARGV  1 expected state or ''  2 new state   3 event   4 reason   5 actor   6 now ms   7 entries kept
--       8 fence or '' (a person)   9 '1' when the new state wants a person
--      10 restriction JSON or ''
--
-- Returns {outcome, state}; outcomes: ok, changed (somebody was faster), lease_lost.
if ARGV[8] ~= '' and redis.call('HGET', KEYS[3], 'fence') ~= ARGV[8] then return {'lease_lost', ''} end
local state = redis.call('HGET', KEYS[1], 'state') or ''
if state ~= ARGV[1] then return {'changed', state} end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'event', ARGV[3], 'reason', ARGV[4], 'actor', ARGV[5])
if state ~= ARGV[2] then redis.call('HSET', KEYS[1], 'since_ms', ARGV[6]) end
if ARGV[10] ~= '' then redis.call('HSET', KEYS[1], 'restriction', ARGV[10]) else redis.call('HDEL', KEYS[1], 'restriction') end
redis.call('INCR', KEYS[6])
redis.call('LPUSH', KEYS[2], cjson.encode({
  from = state, to = ARGV[2], event = ARGV[3], reason = ARGV[4], actor = ARGV[5], at_ms = tonumber(ARGV[6])
}))
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[7]) - 1)
if state ~= ARGV[2] then
  local types = ARGV[9] == '1' and {'session.state', 'session.attention'} or {'session.state'}
  for _, name in ipairs(types) do
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100000, '*', 'type', name, 'subject', 'session', 'at_ms', ARGV[6],
      'code', ARGV[4], 'from', state, 'to', ARGV[2], 'event', ARGV[3], 'actor', ARGV[5])
  end
  redis.call('HINCRBY', KEYS[5], 'transitions:to=' .. ARGV[2], 1)
end
return {'ok', ARGV[2]}
