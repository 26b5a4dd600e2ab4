-- What the user wants to be reminded of: put one there, take one away, or only look.
-- KEYS: 4 reminders (hash: id to stored form), 5 the one of this id, for a while after it was taken
local REMINDERS, TAKEN = KEYS[4], KEYS[5]
local what, id, form, most, keep_ms, taken_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6]

local known = redis.call('HGET', REMINDERS, id) or ''
local full = ''
if what == 'add' and known == '' then
  if redis.call('HLEN', REMINDERS) >= most then
    full = '1'
  else
    redis.call('HSET', REMINDERS, id, form)
    redis.call('PEXPIRE', REMINDERS, keep_ms)
    known = form
  end
elseif what == 'take' and known ~= '' then
  redis.call('HDEL', REMINDERS, id)
  redis.call('SET', TAKEN, known, 'PX', taken_ms)
elseif what == 'take' then -- sent again, or it was never there
  known = redis.call('GET', TAKEN) or ''
end
local all = {}
if what == 'all' then
  all = redis.call('HVALS', REMINDERS)
end
return { known, full, all }
