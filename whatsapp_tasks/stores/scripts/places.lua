-- Places of the daily cap: functions for the scripts that say `-- uses places`.
--
-- `caps` is a hash: 2026-11-24 -> places taken that day, 2026-11-24:new -> those of chats never written to.
-- A plan is `day=cap/new chats@start ms;…`, in the order of days. A record that holds a place has `cap_day`, and
-- also `cap_new` if the place is one of a new chat.
local function find_place(caps, plan, is_new)
  for day, cap, new, start in string.gmatch(plan, '([%d-]+)=(%d+)/(%d+)@(%d+)') do
    local taken = redis.call('HMGET', caps, day, day .. ':new')
    if tonumber(taken[1] or 0) < tonumber(cap) and (not is_new or tonumber(taken[2] or 0) < tonumber(new)) then
      return day, start
    end
  end
end

-- Returns the fields for the record.
local function take_place(caps, day, is_new)
  redis.call('HINCRBY', caps, day, 1)
  if not is_new then return {'cap_day', day} end
  redis.call('HINCRBY', caps, day .. ':new', 1)
  return {'cap_day', day, 'cap_new', '1'}
end

local function release_place(caps, record)
  local place = redis.call('HMGET', record, 'cap_day', 'cap_new')
  if not place[1] then return end
  redis.call('HINCRBY', caps, place[1], -1)
  if place[2] then redis.call('HINCRBY', caps, place[1] .. ':new', -1) end
  redis.call('HDEL', record, 'cap_day', 'cap_new')
end
