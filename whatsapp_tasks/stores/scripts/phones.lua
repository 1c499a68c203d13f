-- Sets of phones: a function for the scripts that say `-- uses phones`.
--
-- `forms` are all forms of one phone, separated by commas (`forms_of` in domain/phones.py). Returns whether one
-- of them is in the set.
local function holds_any(set, forms)
  for form in string.gmatch(forms, '[^,]+') do
    if redis.call('SISMEMBER', set, form) == 1 then return true end
  end
  return false
end
