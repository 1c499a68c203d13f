-- One page of an account's messages, newest first, filtered.
--
-- KEYS  1 log of messages
-- ARGV  1 prefix of message records   2 status or ''   3 ',form,form,' of a phone or ''
--       4 ms of the cursor or '+inf'  5 id of the cursor or ''   6 how many at most   7 records looked at, at most
--
-- Returns {ids, cursor or ''}. The cursor names the last record looked at, by time and id, so that messages
-- accepted meanwhile shift nothing. Log entries whose record is gone are forgotten on the way.
local limit, budget = tonumber(ARGV[6]), tonumber(ARGV[7])
local found, gone, looked, offset = {}, {}, 0, 0
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
local cursor = nil

while cursor == nil do
  local chunk = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[4], '-inf', 'WITHSCORES', 'LIMIT', offset, 200)
  if #chunk == 0 then cursor = '' end
  for i = 1, #chunk, 2 do
    local id, score = chunk[i], chunk[i + 1]
    -- Equal times are listed by falling id; what the cursor has passed comes first.
    if not (score == ARGV[4] and ARGV[5] ~= '' and id >= ARGV[5]) then
      local m = redis.call('HMGET', ARGV[1] .. id, 'status', 'phone')
      looked = looked + 1
      if not m[1] then
        gone[#gone + 1] = id
      elseif (ARGV[2] == '' or m[1] == ARGV[2]) and (ARGV[3] == '' or string.find(ARGV[3], ',' .. m[2] .. ',', 1, true)) then
        found[#found + 1] = id
      end
      if id == oldest then
        cursor = ''
        break
      elseif #found == limit or looked == budget then
        cursor = score .. '-' .. id
        break
      end
    end
  end
  offset = offset + 200
end
for _, id in ipairs(gone) do redis.call('ZREM', KEYS[1], id) end
return {found, cursor}
