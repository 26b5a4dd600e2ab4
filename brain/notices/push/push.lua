-- Reads and changes the subscriptions of a user, and what was pushed to them.
-- Keys: push (hash: id -> time in ms at which the page sent it, and its stored form); pushed (hash: the id of a
-- notice -> the time in ms since which a process is pushing it, or `sent`; `:digest`, `:due` -> a time in ms).
local a = arguments({
  texts = 'what id form at_ms digest keep_ms pushed_ms',
  numbers = 'most claim_ms',
  lists = 'ids alive',
})
local PUSH, PUSHED = key('push'), key('pushed')
local now, is = clock(), 'done'

local function sent_at(id)
  return tonumber(string.match(redis.call('HGET', PUSH, id), '^%d+')) or 0
end

if a.what == 'put' then
  redis.call('HSET', PUSH, a.id, text(now) .. ' ' .. a.form)
  while redis.call('HLEN', PUSH) > a.most do
    local oldest
    for _, id in ipairs(redis.call('HKEYS', PUSH)) do
      if id ~= a.id and (not oldest or sent_at(id) < sent_at(oldest)) then
        oldest = id
      end
    end
    redis.call('HDEL', PUSH, oldest)
  end
  redis.call('PEXPIRE', PUSH, a.keep_ms)
elseif a.what == 'drop' then
  if redis.call('HDEL', PUSH, a.id) == 0 then
    is = 'absent'
  end
elseif a.what == 'plan' and a.at_ms == '' then
  redis.call('HDEL', PUSHED, ':due')
elseif a.what == 'plan' then
  redis.call('HSET', PUSHED, ':due', a.at_ms)
elseif a.what == 'claim' then
  local alive = {}
  for _, id in ipairs(a.alive) do
    alive[id] = true
  end
  for _, id in ipairs(redis.call('HKEYS', PUSHED)) do
    if string.sub(id, 1, 1) ~= ':' and not alive[id] then
      redis.call('HDEL', PUSHED, id)
    end
  end
  for _, id in ipairs(a.ids) do
    local known = redis.call('HGET', PUSHED, id)
    if known and (known == 'sent' or now - (tonumber(known) or 0) < a.claim_ms) then
      is = 'taken'
    end
  end
  if is ~= 'taken' then
    for _, id in ipairs(a.ids) do
      redis.call('HSET', PUSHED, id, text(now))
    end
    if a.digest == '1' then
      redis.call('HDEL', PUSHED, ':due')
    end
  end
elseif a.what == 'settle' then
  for _, id in ipairs(a.ids) do
    redis.call('HSET', PUSHED, id, 'sent')
  end
  if a.digest == '1' then
    redis.call('HSET', PUSHED, ':digest', text(now))
  end
end
if a.what == 'plan' or a.what == 'claim' or a.what == 'settle' then
  redis.call('PEXPIRE', PUSHED, a.pushed_ms)
end
local found = { is, text(redis.call('HLEN', PUSH)), {}, {}, {}, {} }
if a.what == 'read' then
  found[3], found[4] = redis.call('HKEYS', PUSH), redis.call('HVALS', PUSH)
  found[5], found[6] = redis.call('HKEYS', PUSHED), redis.call('HVALS', PUSHED)
end
return answer({
  'is', found[1], 'count', found[2], 'devices', found[3], 'forms', found[4], 'notices', found[5], 'marks', found[6],
})
