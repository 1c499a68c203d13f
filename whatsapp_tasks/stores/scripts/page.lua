-- One page of a filtered list of messages, newest first, of one account or of all accounts.
--
-- `walked` is the list to read. `of_account` is '' for all. The patterns turn an account into key names:
-- `record_pattern` into the prefix of its records, `list_pattern` into its own list.
-- `status` and `forms` (',form,form,' of a phone) may be ''. `cursor_ms` is '+inf' and `cursor_entry` '' for
-- the first page. Returns at most `limit` messages, and reads at most `budget` records.
--
-- An entry is a message's id, which contains the account; older ids are `id:account` in the list of all accounts.
-- Returns {alternating ids and accounts, cursor or ''}. The cursor is the last entry read, by time, so messages
-- accepted meanwhile shift nothing. Entries whose record is gone are removed.
local walked, all_messages = unpack(KEYS)
local of_account, record_pattern, list_pattern, status, forms, cursor_ms, cursor_entry, limit, budget =
  unpack(ARGV)

limit, budget = tonumber(limit), tonumber(budget)
local found, gone, looked, offset = {}, {}, 0, 0
local oldest = redis.call('ZRANGE', walked, 0, 0)[1]
local cursor = nil

local function id_and_account(entry)
  local id, account = string.match(entry, '^(%x+):(.+)$')
  if id then return id, account end
  return entry, string.match(entry, '^%x+-(.+)$') or of_account
end

while cursor == nil do
  local chunk = redis.call('ZREVRANGEBYSCORE', walked, cursor_ms, '-inf', 'WITHSCORES', 'LIMIT', offset, 200)
  if #chunk == 0 then cursor = '' end
  for i = 1, #chunk, 2 do
    local entry, score = chunk[i], chunk[i + 1]
    -- Entries with equal times are in descending order; those up to the cursor come first and are skipped.
    if not (score == cursor_ms and cursor_entry ~= '' and entry >= cursor_entry) then
      local id, account = id_and_account(entry)
      local m = redis.call('HMGET', string.format(record_pattern, account) .. id, 'status', 'phone')
      looked = looked + 1
      if not m[1] then
        gone[#gone + 1] = {id, account}
      elseif (status == '' or m[1] == status) and (forms == '' or string.find(forms, ',' .. m[2] .. ',', 1, true)) then
        found[#found + 1] = id
        found[#found + 1] = account
      end
      if entry == oldest then
        cursor = ''
        break
      elseif #found == 2 * limit or looked == budget then
        cursor = score .. '-' .. entry
        break
      end
    end
  end
  offset = offset + 200
end
for _, message in ipairs(gone) do
  local id, account = unpack(message)
  redis.call('ZREM', string.format(list_pattern, account), id)
  redis.call('ZREM', all_messages, id, id .. ':' .. account)
end
return {found, cursor}
