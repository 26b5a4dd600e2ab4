-- Prepended to each script. A script consists of the flag line, this prelude and one file.
-- Numbers are stored as text without an exponent: Lua would write a time as 1.7e+12.

-- The keys by name. A name is the first word after the user's hash tag: `brain:{…}:id:m1` is `id`.
local named = {}
for _, full in ipairs(KEYS) do
  named[string.match(full, '}:(%a+)')] = full
end
local RUN, LOG, JOURNAL = named.run, named.log, named.journal -- hash; stream, entry id = seq; list

local function key(name)
  return named[name] or error('missing key: ' .. name)
end

-- The arguments by name. The first argument contains the names, such as `run fence drafts:2`, where the number is
-- the length of a list. The values follow in the same order. Each file declares the names of its texts, numbers
-- and lists. An undeclared or missing argument and an invalid number are errors.
local function arguments(declared)
  local kinds, found, at = {}, {}, 1
  for kind, names in pairs(declared) do
    for name in string.gmatch(names, '%S+') do
      kinds[name] = kind
    end
  end
  for name, length in string.gmatch(ARGV[1], '([%w_]+):?(%d*)') do
    if (kinds[name] == 'lists') ~= (length ~= '') or not kinds[name] then
      error('unknown argument: ' .. name)
    end
    if length ~= '' then
      found[name] = {}
      for i = 1, tonumber(length) do
        found[name][i] = ARGV[at + i]
      end
      at = at + tonumber(length)
    else
      at = at + 1
      found[name] = ARGV[at]
      if kinds[name] == 'numbers' then
        found[name] = tonumber(ARGV[at])
      end
    end
  end
  for name in pairs(kinds) do
    if not found[name] then
      error('missing argument: ' .. name)
    end
  end
  return found
end

-- Build the answer of a script from name, value, name, value. As with the arguments, the first item contains
-- all names.
local function answer(values)
  local names, found = {}, { '' }
  for i = 1, #values, 2 do
    names[#names + 1] = values[i]
    found[#found + 1] = values[i + 1]
  end
  found[1] = table.concat(names, ' ')
  return found
end

local FIELDS = {
  'state', 'id', 'fence', 'holder', 'lease', 'step', 'seq', 'consumed', 'first', 'wake',
  'started', 'loops', 'tokens', 'handoffs', 'attempts', 'pace', 'reply', 'past', 'recent', 'said', 'reason',
  'stopped', 'heard', 'channel', 'question', 'presented', 'held', 'contact', 'noted', 'user',
  'language',
}

local function text(number)
  return string.format('%.0f', number)
end

local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- The run hash as a table. Missing numbers are 0.
local function load()
  local values = redis.call('HMGET', RUN, unpack(FIELDS))
  local r = {}
  for i, name in ipairs(FIELDS) do
    r[name] = values[i] or ''
  end
  for _, name in ipairs({ 'fence', 'lease', 'step', 'seq', 'consumed', 'first', 'wake', 'attempts', 'said' }) do
    r[name] = tonumber(r[name]) or 0
  end
  return r
end

-- Write fields of the run hash, and the language of the user's device if it is given.
local function set_run(r, language, ...)
  if language == '' then
    redis.call('HSET', RUN, ...)
  else
    r.language = language
    redis.call('HSET', RUN, 'language', language, ...)
  end
end

-- Record that a page is listening. Stored: the time of this report, when the visit began, and when the visit
-- before it ended.
local function note_here(now, keep_ms, gap_ms)
  local HERE = key('here')
  local before = redis.call('GET', HERE) or ''
  local last, came, left = string.match(before, '^(%d+) (%d+) (%d+)$')
  if not last or now - tonumber(last) >= gap_ms then
    came, left = text(now), last or '0'
  end
  redis.call('SET', HERE, text(now) .. ' ' .. came .. ' ' .. left, 'PX', keep_ms)
  return before
end

-- Publish the last seq and the state of the run (running, done, stopped) to the listeners.
-- Errors are ignored, because listeners also poll from time to time.
local function tell(seq, state, run_id)
  local news = string.gsub(RUN, ':run$', ':news') -- a pub/sub channel, not a key
  redis.pcall('PUBLISH', news, text(seq) .. ' ' .. state .. ' ' .. run_id)
end

-- Return the times of the user's texts in the sliding window, including this one. If there are too many, return
-- nil and how long to wait. The times are a field of the run hash, so they need no extra key or command.
local function admissible(r, now, rate, window_ms)
  local stamps, oldest = {}, nil
  for stamp in string.gmatch(r.recent, '%d+') do
    if now - tonumber(stamp) < window_ms then
      oldest = oldest or tonumber(stamp)
      stamps[#stamps + 1] = stamp
    end
  end
  if #stamps >= rate then
    return nil, window_ms - (now - oldest)
  end
  stamps[#stamps + 1] = text(now)
  return table.concat(stamps, ' ')
end

-- Whether only breadcrumbs stand in the log after `seq`. An entry that is missing may have been anything.
local MOST_BREADCRUMBS = 16
local function only_breadcrumbs(seq, last)
  if last == seq then
    return true
  elseif last - seq > MOST_BREADCRUMBS then
    return false
  end
  local entries = redis.call('XRANGE', LOG, text(seq + 1), text(last))
  for _, entry in ipairs(entries) do
    -- In a stored text the quotation marks would be escaped.
    if entry[2][1] ~= 'm' or not string.find(entry[2][2], '"kind":"breadcrumb"', 1, true) then
      return false
    end
  end
  return #entries == last - seq
end

-- Answer an invocation that now owns the lease: the run, its journal, the end of the log before the run (newest
-- first), what was heard, the seq of the open question, and the memory block for the model.
local function admitted(r, seq, now, tail)
  local journal = redis.call('LRANGE', JOURNAL, 0, -1)
  local history = {}
  if r.first > 1 then
    history = redis.call('XREVRANGE', LOG, text(r.first - 1), '-', 'COUNT', tail)
  end
  local memory = redis.call('HMGET', key('memory'), 'block', 'upto')
  local expires = string.match(r.question, ' (%d+)$')
  local open = expires and tonumber(expires) > now and string.match(r.presented, '^%d+') or ''
  return answer({
    'is', 'admitted', 'seq', text(seq), 'now_ms', text(now), 'run', r.id, 'fence', text(r.fence),
    'step', text(r.step), 'first', text(r.first), 'wake', text(r.wake), 'started', r.started,
    'loops', r.loops, 'tokens', r.tokens, 'handoffs', r.handoffs, 'attempts', text(r.attempts),
    'pace', r.pace, 'journal', journal, 'history', history, 'heard', r.heard, 'open', open, 'block', memory[1],
    'upto', memory[2], 'language', r.language,
  })
end

-- Answer a known text whose run has ended: its seq, and the log entries after it.
local MOST_LATER = '256' -- entries; the last message of a run is always among them
local function known_before(r, seq, run_id)
  local later = redis.call('XRANGE', LOG, seq, '+', 'COUNT', MOST_LATER)
  return answer({
    'is', 'known', 'seq', seq, 'run', run_id, 'finished', '1', 'wake', text(r.wake), 'left_ms', '0',
    'later', later,
  })
end

-- Whether a brain is working. One with an expired lease can write nothing until another takes over.
local function is_busy(r, now)
  return (r.state == 'running' or r.state == 'handingOver') and r.lease > now
end

-- Answer an invocation that has lost the lease. `stopped` says whether the user stopped its run.
local function lost(r, run_id)
  return answer({ 'is', 'lost', 'stopped', r.id == run_id and r.reason == 'stopped' and '1' or '' })
end

-- Take over a run whose brain is gone. The new fence makes the store refuse all later writes of the old one.
local function take_over(r, holder, now, lease_ms)
  r.fence = r.fence + 1
  r.attempts = r.attempts + 1
  redis.call('HSET', RUN, 'state', 'running', 'fence', text(r.fence), 'holder', holder,
    'lease', text(now + lease_ms), 'attempts', text(r.attempts), 'wake', text(r.wake), 'last', text(now))
end
