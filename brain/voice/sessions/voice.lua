-- Reserves, opens, finds (by its id, or the `current` one), ends or drops the voice session of a user, and counts the seconds of the day (UTC).
-- Key: voice (hash). id, vendor, call, state (opening, open), at (ms), max (ms): the session, if there is one;
-- day (since 1970), used (ms): what is counted; past: the ids of ended sessions, newest first.
local a = arguments({ texts = 'what id vendor call gone keep_ms', numbers = 'max_ms day_ms opening_ms most_ended' })
local VOICE = key('voice')
local DAY_MS = 24 * 3600 * 1000

local now = clock()
local today = math.floor(now / DAY_MS)
local function load_voice()
  local names = { 'id', 'vendor', 'call', 'state', 'at', 'max', 'day', 'used', 'past' }
  local values, v = redis.call('HMGET', VOICE, unpack(names)), {}
  for i, name in ipairs(names) do
    v[name] = values[i] or ''
  end
  v.at, v.max = tonumber(v.at) or now, tonumber(v.max) or 0
  v.used = tonumber(v.day) == today and tonumber(v.used) or 0
  return v
end

local v = load_voice()
-- A start that has crashed: what was created then, if anything, nobody can use.
if v.state == 'opening' and now - v.at >= a.opening_ms and v.id ~= a.id then
  v.id = ''
end

local function save(...)
  redis.call('HSET', VOICE, ...)
  redis.call('PEXPIRE', VOICE, a.keep_ms)
end

local function is_past()
  return string.find(' ' .. v.past .. ' ', ' ' .. a.id .. ' ', 1, true) ~= nil
end

local function open()
  return answer({
    'is', 'open', 'id', v.id, 'vendor', v.vendor, 'call', v.call, 'age', text(now - v.at), 'max', text(v.max),
  })
end

-- Ends the session and counts its seconds. Those before midnight belong to a day that is over.
local function finish()
  local till = a.gone == '1' and math.min(now, v.at + v.max) or now
  if v.state == 'open' then
    v.used = v.used + math.max(till - math.max(v.at, today * DAY_MS), 0)
  end
  local past = { a.id }
  for id in string.gmatch(v.past, '%S+') do
    if #past < a.most_ended then
      past[#past + 1] = id
    end
  end
  save('id', '', 'call', '', 'state', '', 'day', text(today), 'used', text(v.used), 'past', table.concat(past, ' '))
end

if a.what == 'reserve' then
  if v.id ~= '' and v.id ~= a.id then
    return open()
  end
  local allowed = math.floor(math.min(a.max_ms, a.day_ms - v.used) / 1000) * 1000
  if v.id == a.id then -- a repeated call
    allowed = v.max
  elseif allowed < 1000 then
    return answer({ 'is', 'spent', 'wait', text((today + 1) * DAY_MS - now) })
  else
    save('id', a.id, 'vendor', a.vendor, 'call', '', 'state', 'opening', 'at', text(now), 'max', text(allowed))
  end
  return answer({ 'is', 'reserved', 'max', text(allowed) })
elseif a.what == 'opened' then
  if v.id == a.id and v.state == 'opening' then -- a repeated call must not restart the count
    save('state', 'open', 'call', a.call, 'at', text(now))
  end
  return answer({ 'is', 'opened', 'id', v.id })
elseif a.what == 'find' and v.id == a.id or a.what == 'current' and v.id ~= '' then
  return open()
elseif v.id == a.id and a.what == 'end' then
  finish()
  return answer({ 'is', 'ended' })
elseif v.id == a.id and a.what == 'drop' then
  save('id', '', 'call', '', 'state', '')
end
return answer({ 'is', is_past() and 'ended' or 'unknown' })
