-- Placed before each script. A script is the flag line, this prelude and one file.
-- Stored numbers are written as text without an exponent: Lua would turn a time into 1.7e+12.

-- The keys by name. A name is the first word after the user's tag: `brain:{…}:id:m1` is `id`.
local named = {}
for _, full in ipairs(KEYS) do
  named[string.match(full, '}:(%a+)')] = full
end
local RUN, LOG, JOURNAL = named.run, named.log, named.journal -- hash; stream, entry id = seq; list

local function key(name)
  return named[name] or error('missing key: ' .. name)
end

-- The arguments by name. The first holds the names, `run fence drafts:2`, and the values follow in their
-- order; the number is the length of a list. A file declares the names of its texts, numbers and lists. Any
-- other argument is an error, and so is a missing one, or a number that is none.
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

-- What a script returns, from name, value, name, value: like the arguments, the names first, in one text.
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
  'stopped', 'heard', 'channel', 'question', 'held', 'contact', 'noted', 'user',
  'language',
}

local function text(number)
  return string.format('%.0f', number)
end

local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- The run hash as a table; numbers that are not there yet are 0.
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

-- Write fields of the run hash, and with them the language that the user's device says, if it says one.
local function set_run(r, language, ...)
  if language == '' then
    redis.call('HSET', RUN, ...)
  else
    r.language = language
    redis.call('HSET', RUN, 'language', language, ...)
  end
end

-- A page shows a sign of life. Kept: the last one, when they came, and when they had left before that.
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

-- Let those know who listen: how far the log reaches, and what the run does (running, done, stopped).
-- A listener looks by itself now and then, so a store that refuses this is no fault.
local function tell(seq, state, run_id)
  local news = string.gsub(RUN, ':run$', ':news') -- a pub/sub channel, which is no key
  redis.pcall('PUBLISH', news, text(seq) .. ' ' .. state .. ' ' .. run_id)
end

-- The times of the user's texts in the sliding window, this one included; nothing, and how long to wait,
-- if they are too many. They live in one field of the hash that is read anyway: no key, no command more.
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

-- The answer to the invocation that has become the brain: the run, its journal, the end of the log before
-- the run (newest first), what was heard, and what the model is shown of memory.
local function admitted(r, seq, now, tail)
  local journal = redis.call('LRANGE', JOURNAL, 0, -1)
  local history = {}
  if r.first > 1 then
    history = redis.call('XREVRANGE', LOG, text(r.first - 1), '-', 'COUNT', tail)
  end
  local memory = redis.call('HMGET', key('memory'), 'block', 'upto')
  return answer({
    'is', 'admitted', 'seq', text(seq), 'now_ms', text(now), 'run', r.id, 'fence', text(r.fence),
    'step', text(r.step), 'first', text(r.first), 'wake', text(r.wake), 'started', r.started,
    'loops', r.loops, 'tokens', r.tokens, 'handoffs', r.handoffs, 'attempts', text(r.attempts),
    'pace', r.pace, 'journal', journal, 'history', history, 'heard', r.heard, 'block', memory[1],
    'upto', memory[2], 'language', r.language,
  })
end

-- The answer to a text whose run is over: its place, and what followed it in the log.
local MOST_LATER = '256' -- entries; the last message of a run comes sooner
local function known_before(r, seq, run_id)
  local later = redis.call('XRANGE', LOG, seq, '+', 'COUNT', MOST_LATER)
  return answer({
    'is', 'known', 'seq', seq, 'run', run_id, 'finished', '1', 'wake', text(r.wake), 'left_ms', '0',
    'later', later,
  })
end

-- Whether a brain is at work. One whose lease has run out speaks no more, until another takes over.
local function is_busy(r, now)
  return (r.state == 'running' or r.state == 'handingOver') and r.lease > now
end

-- The answer to an invocation that is not the brain any more, and whether the user has stopped its run.
local function lost(r, run_id)
  return answer({ 'is', 'lost', 'stopped', r.id == run_id and r.reason == 'stopped' and '1' or '' })
end

-- A new fence for a run whose brain is gone: whatever the old one still does is refused from now on.
local function take_over(r, holder, now, lease_ms)
  r.fence = r.fence + 1
  r.attempts = r.attempts + 1
  redis.call('HSET', RUN, 'state', 'running', 'fence', text(r.fence), 'holder', holder,
    'lease', text(now + lease_ms), 'attempts', text(r.attempts), 'wake', text(r.wake), 'last', text(now))
end
