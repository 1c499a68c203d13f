-- Changes the session state of an account, if it is still what the caller saw.
--
-- `expected` is the state that the caller saw, or ''. `fence` is '' for a person. `needs_person` is '1' if
-- the new state needs a person. `restriction` is JSON, or ''. The history keeps `kept` entries. `announce` is '1' to report
-- an event although the state stays.
--
-- Returns {outcome, state}; outcomes: ok, changed (somebody was faster), lease_lost.
local session, history, lease, events, metrics, generation = unpack(KEYS)
local expected, to, event, reason, actor, now, kept, fence, needs_person, restriction, announce = unpack(ARGV)
if fence ~= '' and redis.call('HGET', lease, 'fence') ~= fence then return {'lease_lost', ''} end
local state = redis.call('HGET', session, 'state') or ''
if state ~= expected then return {'changed', state} end
redis.call('HSET', session, 'state', to, 'event', event, 'reason', reason, 'actor', actor)
if state ~= to then redis.call('HSET', session, 'since_ms', now) end
if restriction ~= '' then redis.call('HSET', session, 'restriction', restriction) else redis.call('HDEL', session, 'restriction') end
redis.call('INCR', generation)
redis.call('LPUSH', history, cjson.encode({
  from = state, to = to, event = event, reason = reason, actor = actor, at_ms = tonumber(now)
}))
redis.call('LTRIM', history, 0, tonumber(kept) - 1)
if state ~= to or announce == '1' then
  local types = needs_person == '1' and {'session.state', 'session.attention'} or {'session.state'}
  for _, name in ipairs(types) do
    redis.call('XADD', events, 'MAXLEN', '~', 100000, '*', 'type', name, 'subject', 'session', 'at_ms', now,
      'code', reason, 'from', state, 'to', to, 'event', event, 'actor', actor, 'restriction', restriction)
  end
end
if state ~= to then
  redis.call('HINCRBY', metrics, 'transitions:to=' .. to, 1)
end
return {'ok', to}
