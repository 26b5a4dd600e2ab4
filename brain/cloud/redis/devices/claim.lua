-- Give one browser the right to say a message aloud, for a while. (seq, browser) is the idempotency key: the same one gets
-- the same claim again while it lasts. A claim is known by its end, so a late report never releases a newer one.
-- Keys: run, log, withdrawn.
local a = arguments({
  texts = 'seq device now_iso keep_ms', -- now_iso: this time as messages have it
  numbers = 'least_ms char_ms sent_ms', -- how long a claim lasts; how long a page counts as there after a text
})
local MOST_CLAIMS = 16
local browser = browser_of(a.device)

local r, now = load(), clock()
local entry = redis.call('XRANGE', LOG, a.seq, a.seq)[1]
if not entry or (entry[2][1] ~= 'm' and entry[2][1] ~= 't') then
  return answer({ 'is', 'unknown' })
end
local message = entry[2][2]

local function over()
  return answer({ 'is', 'over' })
end

-- The claims that are kept, oldest first: `<seq> <end> <page>;` for each. `own` is the one of this message.
local claims, own = {}, nil
for seq, upto, device in string.gmatch(redis.call('HGET', RUN, 'claims') or '', '(%d+) (%d+) (%S+);') do
  if seq == a.seq then
    own = { upto = tonumber(upto), device = device }
  else
    claims[#claims + 1] = seq .. ' ' .. upto .. ' ' .. device .. ';'
  end
end

-- Whether the user has heard the message, or has seen it where it was to be said.
local function is_heard()
  for of, mark in string.gmatch(r.heard, '(%d+)=(%S+)') do
    if of == a.seq then
      return mark == 'all' or (mark == 'shown' and own ~= nil) or (tonumber(mark) or 0) > 0
    end
  end
  return false
end

-- The browser that sent the text which the message answers, and whether it reads answers aloud. `-`: it is none, and says
-- the answer itself.
local function asker()
  local answers = string.match(message, '"answersSeq":(%d+)')
  answers = entry[2][5] == 'a' and entry[2][6] or answers or '0'
  local asked = answers ~= '0' and redis.call('XRANGE', LOG, answers, answers)[1]
  if asked and asked[2][9] == 'd' then
    local name, is_aloud = string.match(asked[2][10], '^([^!]+)(!?)')
    return browser_of(name), is_aloud
  end
end

-- Whether a browser is there: `surely`, on the channel, or `likely`, by when it was last seen.
local function is_there(name)
  local contact, likely, gone = tonumber(r.contact) or 0, false, false
  for _, device in ipairs(devices_in(r.devices)) do
    if browser_of(device.name) == name then
      if device.on == '1' then
        return 'surely'
      end
      likely = likely or device.upto > now
      gone = gone or device.upto >= contact
    end
  end
  return (likely or (now - contact < a.sent_ms and not gone)) and 'likely'
end

local spoken = string.match(message, '"text":"(.-[^\\])"') or ''
local lasts_ms = a.least_ms + a.char_ms * #spoken

local function give(device)
  own = { upto = now + lasts_ms, device = device }
  claims[#claims + 1] = a.seq .. ' ' .. text(own.upto) .. ' ' .. device .. ';'
  redis.call('HSET', RUN, 'claims', table.concat(claims, '', math.max(#claims - MOST_CLAIMS + 1, 1)))
  redis.call('PEXPIRE', RUN, a.keep_ms)
end

local function held()
  local is = own.device == browser and 'yours' or 'held'
  return answer({ 'is', is, 'claim', text(own.upto), 'left_ms', text(own.upto - now) })
end

local expires = string.match(message, '"expiresAt":"([^"]+)"')
if #standing({ entry }, r.undone) == 0 or is_heard() or (expires and expires <= a.now_iso) then
  return over()
end
if own and own.upto > now then
  return held()
end
local owner, is_aloud = asker()
-- The caller, before the answer came: it went away, or was told that the answer comes later.
local has_left = entry[2][4] == r.id and (tonumber(r.left) or 0) > 0
-- Told later: the run, the last place that the caller was told, and that of the message which told it so. An older form
-- has the run alone.
local run, since, told = string.match(redis.call('HGET', RUN, 'late') or '', '^(%S+) ?(%d*) ?(%d*)$')
has_left = has_left or (entry[2][4] == run and tonumber(a.seq) > (tonumber(since) or 0) and a.seq ~= told)
if owner == '-' and not has_left then
  return over()
end
local there = owner and owner ~= '-' and owner ~= browser and is_there(owner)
if there then
  -- The answer is for the browser that asked. It gets its time if it reads aloud and may go before it has spoken, and if
  -- it may have gone already: then it is not seen again in that time.
  if own or (there == 'surely' and is_aloud == '') then
    return over()
  end
  give(owner)
  return held()
end
give(browser)
return held()
