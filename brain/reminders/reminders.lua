-- Adds, takes, finds or lists the reminders of a user.
-- Keys: reminders (hash: id -> stored form); taken: the reminder with this id, for a while after it was taken.
local a = arguments({ texts = 'what id form keep_ms taken_ms', numbers = 'most' })
local REMINDERS, TAKEN = key('reminders'), key('taken')

local known = redis.call('HGET', REMINDERS, a.id) or ''
local full = ''
if a.what == 'add' and known == '' then
  if redis.call('HLEN', REMINDERS) >= a.most then
    full = '1'
  else
    redis.call('HSET', REMINDERS, a.id, a.form)
    redis.call('PEXPIRE', REMINDERS, a.keep_ms)
    known = a.form
  end
elseif a.what == 'take' and known ~= '' then
  redis.call('HDEL', REMINDERS, a.id)
  redis.call('SET', TAKEN, known, 'PX', a.taken_ms)
elseif a.what == 'take' then -- a repeated call, or there never was one
  known = redis.call('GET', TAKEN) or ''
end
local all = {}
if a.what == 'all' then
  all = redis.call('HVALS', REMINDERS)
end
return answer({ 'known', known, 'full', full, 'all', all })
