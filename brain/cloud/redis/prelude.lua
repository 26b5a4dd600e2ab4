-- Prepended to each script. A script consists of the flag line, this prelude and one file.
-- Numbers are stored as text without an exponent: Lua would write a time as 1.7e+12.

-- The keys by name. A name is the first word after the user's hash tag: `brain:{…}:id:m1` is `id`, and a second key
-- of the same kind is `id2`.
local named = {}
for _, full in ipairs(KEYS) do
  local name = string.match(full, '}:(%a+)')
  named[named[name] and name .. '2' or name] = full
end
local RUN, LOG, JOURNAL = named.run, named.log, named.journal -- hash; stream, entry id = seq; text of lines

local function key(name)
  return named[name] or error('missing key: ' .. name)
end

-- A part of a user's state can get lost: by a store that evicts keys, or a restored backup. What a script repairs is
-- reported in its answer by the kinds of the keys.
local repaired = {}
local function note_repair(kind)
  repaired[#repaired + 1] = kind
end

-- Commands as usual, with two differences. A key of the wrong type is deleted, and the command runs again: none of
-- our keys ever has another type, so what it holds is not ours. The error of any other refusal names the kind of
-- the key.
local server = redis
local redis, calls = {}, 0 -- the number of commands: the vendor bills each
function redis.pcall(...)
  calls = calls + 1
  return server.pcall(...)
end
function redis.call(command, ...)
  local reply = redis.pcall(command, ...)
  if type(reply) ~= 'table' or not reply.err then
    return reply
  end
  local full = ...
  local kind = string.match(full or '', '}:(%a+)') or 'none'
  if not string.find(reply.err, 'WRONGTYPE', 1, true) then
    error('refused: ' .. kind .. ' ' .. (string.match(reply.err, '%u+') or 'ERR'), 0)
  end
  server.call('DEL', full)
  note_repair(kind)
  calls = calls + 2
  return server.call(command, ...)
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

local function text(number)
  return string.format('%.0f', number)
end

-- Build the answer of a script from name, value, name, value. As with the arguments, the first item contains
-- all names.
local function answer(values)
  local names, found = {}, { '' }
  values[#values + 1] = 'calls'
  values[#values + 1] = text(calls)
  if #repaired > 0 then
    values[#values + 1] = 'repaired'
    values[#values + 1] = table.concat(repaired, ' ')
  end
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
  'language', 'zone', 'undone', 'turns', 'listened', 'left', 'devices', 'receipt', 'closed', 'kept', 'stood', 'followed',
}

-- Fields that a script changes on its way, and writes along with others: see `along`.
local ALONG = { 'turns', 'left', 'kept', 'stood', 'followed' }

local function clock()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- How far ahead a lease may end: for a hand-over, and for code with other limits.
local LEASES_AHEAD, LEAST_AHEAD_MS = 3, 30000
local KEEP_RUN_MS = '34560000000' -- 400 days, as long as the adapter keeps the run and the log
local MOST_REBUILT = '256' -- entries of the log that are looked through for the run that has no answer yet

-- The lines of a journal, each with its end. Older code has them as a list, and so has a journal that it set aside.
local function lines_of(full)
  local stored, lines = redis.pcall('GET', full), {}
  if type(stored) == 'table' then
    return redis.call('LRANGE', full, 0, -1)
  end
  for line in string.gmatch(stored or '', '[^\n]+') do
    lines[#lines + 1] = line
  end
  return lines
end

local function joined(lines)
  return table.concat(lines, '\n') .. '\n'
end

-- The seq of the newest entry of the log, and the newest entries, newest first.
local function newest(count)
  local entries = redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', count)
  return entries[1] and tonumber(string.match(entries[1][1], '^%d+')) or 0, entries
end

-- What was taken back: texts, and their messages. `undone` are the last seqs of such texts; as long as it is empty,
-- there are none, and nothing is looked up. The key `withdrawn` is a hash: seq -> 1; `whole` -> 1, unless a part of it
-- is lost; `run:<id>` -> the seq up to which the run's texts stand, because something has come of them; `stands` -> the
-- seq up to which any text does, because that is not known any more.
local WITHDRAWN = named.withdrawn
local MOST_MARKS = 4096

local function seq_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

-- The seqs that an entry of the log takes back, as text; empty for most.
local function withdraws_of(entry)
  return entry[2][7] == 'w' and entry[2][8] or ''
end

-- Mark what the entries of the log say was taken back. Nobody knows any more what has come of the texts.
local function mend_withdrawn()
  local marks = { 'whole', '1', 'stands', text((newest('1'))) }
  for _, entry in ipairs(redis.call('XRANGE', LOG, '-', '+')) do
    for seq in string.gmatch(withdraws_of(entry), '%d+') do
      marks[#marks + 1] = seq
      marks[#marks + 1] = '1'
    end
  end
  for i = 1, #marks, 1000 do
    redis.call('HSET', WITHDRAWN, unpack(marks, i, math.min(i + 999, #marks)))
  end
  redis.call('PEXPIRE', WITHDRAWN, KEEP_RUN_MS)
  note_repair('withdrawn')
end

-- Which of these entries of the log were taken back, by seq.
local function taken_back(entries, undone)
  local found, names = {}, { 'whole' }
  if undone == '' or #entries == 0 then
    return found
  end
  for _, entry in ipairs(entries) do
    names[#names + 1] = text(seq_of(entry))
  end
  local marks = redis.call('HMGET', WITHDRAWN, unpack(names))
  if not marks[1] then
    mend_withdrawn()
    marks = redis.call('HMGET', WITHDRAWN, unpack(names))
  end
  for i, entry in ipairs(entries) do
    found[seq_of(entry)] = marks[i + 1] and true or nil
  end
  return found
end

-- The entries that were not taken back, without the entries that only take others back.
local function standing(entries, undone)
  if undone == '' then
    return entries
  end
  local gone, kept = taken_back(entries, undone), {}
  for _, entry in ipairs(entries) do
    if entry[2][1] ~= 'w' and not gone[seq_of(entry)] then
      kept[#kept + 1] = entry
    end
  end
  return kept
end

-- Remove the marks of what the log no longer holds, once there are many. The first mark begins their time to live.
local function prune_marks()
  local count = redis.call('HLEN', WITHDRAWN)
  if count == 1 then
    redis.call('PEXPIRE', WITHDRAWN, KEEP_RUN_MS)
  end
  if count <= MOST_MARKS then
    return
  end
  local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', '1')[1]
  for _, name in ipairs(oldest and redis.call('HKEYS', WITHDRAWN) or {}) do
    local at = tonumber(name) or tonumber(redis.call('HGET', WITHDRAWN, name))
    if name ~= 'whole' and at < seq_of(oldest) then
      redis.call('HDEL', WITHDRAWN, name)
    end
  end
end

local function stands_upto(name)
  return tonumber(redis.call('HGET', WITHDRAWN, name) or '') or 0
end

-- Note that something has come of a run: its texts up to `upto` stand. The caller stores the field `stood` of the run,
-- what was noted last: as long as it says enough, no command is needed.
local function stood_upto(r, run_id)
  local of, known = string.match(r.stood, '^(%S+) (%d+)$')
  return of == run_id and tonumber(known) or stands_upto('run:' .. run_id)
end

local function let_stand(r, run_id, upto)
  local before = stood_upto(r, run_id)
  if before < upto then
    redis.call('HSET', WITHDRAWN, 'run:' .. run_id, text(upto))
    prune_marks()
  end
  r.stood = run_id .. ' ' .. text(math.max(before, upto))
end

-- The run that the newest text belongs to, and the seq of its first text; nil if it has its last message.
local function unanswered(entries)
  local answered, run_id, first = {}, nil, nil
  for _, entry in ipairs(entries) do
    local kind, of = entry[2][1], entry[2][4]
    if kind == 't' then
      answered[of] = true
    elseif kind == 'u' and (run_id == nil or run_id == of) then
      run_id, first = of, tonumber(string.match(entry[1], '^%d+'))
    end
  end
  if run_id and not answered[run_id] then
    return run_id, first
  end
end

-- Rebuild a lost run from the log. A run that has no answer yet continues from its journal, like one whose brain
-- has died. The fence is the time, so that it is higher than any before: the old brain can write nothing any more.
local function rebuild(r, now)
  local last, entries = newest(MOST_REBUILT)
  if last == 0 then
    return
  end
  r.seq = math.max(r.seq, last)
  for _, entry in ipairs(entries) do
    r.undone = withdraws_of(entry) ~= '' and string.match(withdraws_of(entry), '^%d+') or r.undone
  end
  if r.undone == '' and WITHDRAWN and redis.call('HGET', WITHDRAWN, 'whole') then
    r.undone = '0' -- what was taken back is older
  end
  if not JOURNAL then
    return
  end
  local run_id, first = unanswered(standing(entries, r.undone))
  r.state, r.id, r.first, r.consumed = 'idle', '', r.seq, r.seq
  r.fence, r.lease, r.step, r.wake, r.attempts, r.said = now, 0, 0, 1, 0, r.seq
  r.loops, r.tokens, r.handoffs, r.started, r.held = '0', '0', '0', text(now), '1' -- notices may wait
  if run_id then
    r.state, r.id, r.first, r.consumed = 'running', run_id, first, first
    local loops = 0
    for _, line in ipairs(lines_of(JOURNAL)) do
      r.consumed = math.max(r.consumed, tonumber(string.match(line, '^u(%d+) ')) or 0)
      loops = loops + (string.find(line, '^e {"v":%d+,"is":"answered"') and 1 or 0)
    end
    -- Without this line the journal belongs to another run, or is lost as well: see `whole_journal`.
    r.loops, r.step = text(loops), 1
  end
  redis.call('HSET', RUN, 'state', r.state, 'id', r.id, 'fence', text(r.fence), 'holder', '', 'lease', '0',
    'step', text(r.step), 'seq', text(r.seq), 'consumed', text(r.consumed), 'first', text(r.first),
    'wake', '1', 'started', r.started, 'loops', r.loops, 'tokens', '0', 'handoffs', '0', 'attempts', '0',
    'reply', '', 'past', '', 'said', text(r.said), 'held', r.held)
  if r.undone ~= '' then
    redis.call('HSET', RUN, 'undone', r.undone)
  end
  redis.call('PEXPIRE', RUN, KEEP_RUN_MS)
  note_repair('run')
end

-- The run hash as a table. Missing numbers are 0. With a time, a lease that ends too far ahead has expired: the
-- store's clock was set back, and the brain, if it lives, renews its lease soon.
local function load(now, lease_ms)
  local values = redis.call('HMGET', RUN, unpack(FIELDS))
  local r = { before = {} }
  for i, name in ipairs(FIELDS) do
    r[name] = values[i] or ''
    r.before[name] = r[name]
  end
  for _, name in ipairs({ 'fence', 'lease', 'step', 'seq', 'consumed', 'first', 'wake', 'attempts', 'said' }) do
    r[name] = tonumber(r[name]) or 0
  end
  if r.state == '' and r.seq == 0 and LOG then -- a user of whom there is nothing yet, or a run that is lost
    rebuild(r, now or clock())
  end
  if now and r.lease > now + LEASES_AHEAD * lease_ms + LEAST_AHEAD_MS then
    r.lease = 0
    note_repair('clock')
  end
  return r
end

-- Append an entry to the log. Return its seq: the given one, or the one after the newest entry if the run's counter
-- was behind it. A log that begins, or begins again because it was lost, gets its time to live.
local function append(length, seq, fields)
  local function begin()
    local added = redis.pcall('XADD', LOG, 'MAXLEN', '~', length, text(seq) .. '-0', unpack(fields))
    redis.call('PEXPIRE', LOG, KEEP_RUN_MS)
    return added
  end
  local added = seq > 1
    and redis.pcall('XADD', LOG, 'NOMKSTREAM', 'MAXLEN', '~', length, text(seq) .. '-0', unpack(fields)) or begin()
  if type(added) == 'table' and added.err then
    local last = newest('1')
    if last == 0 then
      redis.call('DEL', LOG) -- it has no entries any more, and still refuses low ids
    end
    seq = math.max(seq, last + 1)
    begin()
    note_repair('log')
  end
  return seq
end

-- Whether a time to live is due to be set again: a part of it, `keep_ms` / `parts`, has passed since `set`.
local function is_due(set, now, keep_ms, parts)
  return math.abs(now - (tonumber(set) or 0)) >= tonumber(keep_ms) / parts
end

-- Set the time to live of what a user has for long. A log that begins has its own already.
local function keep_all(seq)
  redis.call('PEXPIRE', RUN, KEEP_RUN_MS)
  for _, name in ipairs(seq > 1 and { LOG, WITHDRAWN } or {}) do
    redis.call('PEXPIRE', name, KEEP_RUN_MS)
  end
end

-- Append lines to the journal. One that was lost and begins again here needs an end of its life.
local function write_journal(lines, keep_ms)
  if #lines == 0 then
    return
  end
  local added = joined(lines)
  local length = redis.pcall('APPEND', JOURNAL, added)
  if type(length) == 'table' then -- a list of older code
    length, added = redis.call('RPUSH', JOURNAL, unpack(lines)), lines
  end
  if length == #added then
    redis.call('PEXPIRE', JOURNAL, keep_ms)
  end
end

-- The journal of the run. If its beginning is lost, it is written again from the log, but only before the first step:
-- later it would be unknown what the run has done. Then the journal is one line that nobody can read.
local function whole_journal(r)
  local lines = lines_of(JOURNAL)
  local opening = 'u' .. text(r.first) .. ' '
  for _, line in ipairs(lines) do
    if string.sub(line, 1, #opening) == opening then
      return lines
    end
  end
  note_repair('journal')
  local again = {}
  if r.step == 0 then
    for _, entry in ipairs(redis.call('XRANGE', LOG, text(r.first), text(math.max(r.consumed, r.first)))) do
      if entry[2][1] == 'u' and entry[2][4] == r.id then
        again[#again + 1] = 'u' .. string.match(entry[1], '^%d+') .. ' ' .. entry[2][2]
      end
    end
  end
  if #again == 0 then
    return { 'lost' }
  end
  for _, line in ipairs(lines) do
    again[#again + 1] = line
  end
  redis.call('SET', JOURNAL, joined(again), 'PX', '172800000') -- 48 hours, as for any journal
  return again
end

-- The arguments `language` and `zone` as fields and values; those that are empty are left out.
local function language_and_zone(a)
  local told = {}
  for _, name in ipairs({ 'language', 'zone' }) do
    if a[name] ~= '' then
      told[#told + 1] = name
      told[#told + 1] = a[name]
    end
  end
  return told
end

-- What was changed of the fields ALONG, as fields and values.
local function along(r)
  local fields = {}
  for _, name in ipairs(ALONG) do
    if r[name] ~= r.before[name] then
      fields[#fields + 1] = name
      fields[#fields + 1] = r[name]
    end
  end
  return fields
end

-- Write fields of the run hash, what was changed along, and what the user's device says.
local function set_run(r, a, ...)
  local fields = language_and_zone(a)
  for i = 1, #fields, 2 do
    r[fields[i]] = fields[i + 1]
  end
  for _, more in ipairs({ { ... }, along(r) }) do
    for _, field in ipairs(more) do
      fields[#fields + 1] = field
    end
  end
  redis.call('HSET', RUN, unpack(fields))
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

-- Publish the last seq and the state of the run (running, done, stopped) to the listeners. Return how many there were.
-- Errors are ignored, because listeners also poll from time to time.
local function tell(seq, state, run_id)
  local news = string.gsub(RUN, ':run$', ':news') -- a pub/sub channel, not a key
  return redis.pcall('PUBLISH', news, text(seq) .. ' ' .. state .. ' ' .. run_id)
end

-- How long a reader who has come counts as a listener. It comes again sooner (see `here`).
local FOLLOWED_MS = 300000

-- Note that somebody listens, or begins to; `known` is the field `followed` so far: until when somebody does.
local function note_follower(known, now)
  if (tonumber(known) or 0) < now + FOLLOWED_MS * 0.4 then
    redis.call('HSET', RUN, 'followed', text(now + FOLLOWED_MS))
  end
end

-- Publish what the listeners are told, unless it is known that there are none. The caller stores `followed`, which is
-- empty after older code, and after a loss: then the store says whether somebody listens.
local function tell_followers(r, now, seq, state, run_id)
  if (tonumber(r.followed) or now + 1) <= now then
    return
  end
  local heard_by = tell(seq, state, run_id)
  if r.followed == '' then
    r.followed = heard_by == 0 and '0' or text(now + FOLLOWED_MS)
  end
end

-- Return the times of the user's texts in the sliding window, including this one. If there are too many, return
-- nil and how long to wait. The times are a field of the run hash, so they need no extra key or command.
local function admissible(r, now, rate, window_ms)
  local stamps, oldest = {}, nil
  for stamp in string.gmatch(r.recent, '%d+') do
    if math.abs(now - tonumber(stamp)) < window_ms then -- not those before the clock was set back
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
local function only_breadcrumbs(seq, last, undone)
  if last == seq then
    return true
  elseif last - seq > MOST_BREADCRUMBS then
    return false
  end
  local entries = redis.call('XRANGE', LOG, text(seq + 1), text(last))
  local gone = taken_back(entries, undone)
  for _, entry in ipairs(entries) do
    -- In a stored text the quotation marks would be escaped.
    local is_crumb = entry[2][1] == 'm' and string.find(entry[2][2], '"kind":"breadcrumb"', 1, true)
    if not (is_crumb or entry[2][1] == 'w' or gone[seq_of(entry)]) then
      return false
    end
  end
  return #entries == last - seq
end

-- Entries as one text each, their parts in lines: a reply of many short texts is slow to write and to read. No part has
-- the end of a line in it: in a stored form it is escaped.
local function in_lines(entries)
  local found = {}
  for i, entry in ipairs(entries) do
    found[i] = entry[1] .. '\n' .. table.concat(entry[2], '\n')
  end
  return found
end

-- Answer an invocation that now owns the lease: the run, its journal, the end of the log before the run (newest
-- first), what was heard, the seq of the open question, and the memory block for the model. `withdraws` are the seqs that
-- the text at `seq` takes back. `journal`: if it is known already.
local TAILS = 3 -- so many times the tail is read where texts are taken back: of three such texts, two are
local function admitted(r, seq, now, tail, withdraws, journal)
  journal = journal or whole_journal(r)
  local history = {}
  if r.first > 1 then
    local count = r.undone == '' and tail or text(tonumber(tail) * TAILS)
    history = standing(redis.call('XREVRANGE', LOG, text(r.first - 1), '-', 'COUNT', count), r.undone)
    while #history > tonumber(tail) do
      table.remove(history)
    end
  end
  -- What the user has set wins over what their device says. Older code has their time zone in the block.
  local memory = redis.call('HMGET', key('memory'), 'block', 'upto', 'language', 'zone')
  local language = memory[3] or ''
  local zone = memory[4] or string.match(memory[1] or '', "The user's time zone is (%S+): say and read") or ''
  local expires = string.match(r.question, ' (%d+)$')
  local open = expires and tonumber(expires) > now and string.match(r.presented, '^%d+') or ''
  return answer({
    'is', 'admitted', 'seq', text(seq), 'now_ms', text(now), 'run', r.id, 'fence', text(r.fence),
    'step', text(r.step), 'first', text(r.first), 'wake', text(r.wake), 'started', r.started,
    'loops', r.loops, 'tokens', r.tokens, 'handoffs', r.handoffs, 'attempts', text(r.attempts),
    'pace', r.pace, 'journal', journal, 'history', in_lines(history), 'heard', r.heard, 'open', open, 'block', memory[1],
    'upto', memory[2], 'language', language ~= '' and language or r.language,
    'zone', zone ~= '' and zone or r.zone, 'withdraws', withdraws or '', 'left', r.left,
    'devices', r.devices, 'channel', r.channel, 'receipt', r.receipt,
  })
end

-- Answer a known text whose run has ended: its seq, and the log entries after it.
local MOST_LATER = '256' -- entries; the last message of a run is always among them
local function known_before(r, seq, run_id)
  local later = standing(redis.call('XRANGE', LOG, seq, '+', 'COUNT', MOST_LATER), r.undone)
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
  local is_stopped = r.id == run_id and r.reason == 'stopped'
  return answer({ 'is', 'lost', 'stopped', is_stopped and '1' or '', 'undone', r.undone })
end

-- Take over a run whose brain is gone. The new fence makes the store refuse all later writes of the old one.
local function take_over(r, holder, now, lease_ms)
  r.fence = r.fence + 1
  r.attempts = r.attempts + 1
  redis.call('HSET', RUN, 'state', 'running', 'fence', text(r.fence), 'holder', holder,
    'lease', text(now + lease_ms), 'attempts', text(r.attempts), 'wake', text(r.wake), 'last', text(now))
end
