-- Takes back a text and its messages, as if it had not been said. Used by `admit` and `withdraw`, after the prelude.

local MOST_SINCE = 256 -- entries of the log: a text with more after it stands, and so does one with its run before them
local MOST_UNDONE = 16 -- seqs that brains which lose their lease are told
local MOST_TURNS = 8

-- The position of the text that a message answers. In a stored text the quotation marks would be escaped.
local function answered_by(entry)
  return tonumber(entry[2][5] == 'a' and entry[2][6] or string.match(entry[2][2], '"answersSeq":(%d+)') or 0)
end

-- The journal from before the text at `seq` came in, with the texts and results that do not come from it.
local function rewound(lines, seq)
  local kept, came_in, is_cut = {}, false, false
  for _, line in ipairs(lines) do
    local head, at = string.match(line, '^([uct])(%d+) ')
    local is = string.match(line, '^e {"v":%d+,"is":"(%a+)"')
    if at == text(seq) then
      came_in = came_in or head == 'u'
    else
      is_cut = is_cut or came_in and (is == 'answered' or is == 'interrupted')
      if at or not is_cut then
        kept[#kept + 1] = line
      end
    end
  end
  return kept, came_in
end

-- What taking back the text at `seq` would change; nil if it stands. `how`: `mark` (no run goes on with it), `alone` (it
-- is all that its run has), or `left` (its run goes on with the other texts, from `lines`). `waits`: a brain goes on with
-- the run, and has not taken the text in. `is_over`: the run had ended, and begins again.
local function plan_for(r, seq)
  local around = redis.call('XRANGE', LOG, text(math.max(seq - MOST_SINCE, 1)), text(seq + MOST_SINCE))
  local gone, entry = taken_back(around, r.undone), nil
  for _, one in ipairs(around) do
    entry = seq_of(one) == seq and one or entry
  end
  if not entry or gone[seq] or (entry[2][1] ~= 'u' and entry[2][1] ~= 'q') or r.seq - seq > MOST_SINCE then
    return
  end
  local run_id, upto = entry[2][4], tonumber(redis.call('HGET', key('memory'), 'upto') or '') or 0
  if seq <= upto or stood_upto(r, run_id) >= seq or stands_upto('stands') >= seq then
    return
  end
  local plan = { seq = seq, run = run_id, entries = { entry }, how = 'mark', later = 0 }
  local texts, ends = {}, false
  for _, one in ipairs(around) do
    local at, kind, of = seq_of(one), one[2][1], one[2][4]
    if not gone[at] and at ~= seq then
      if kind == 'u' or kind == 'q' then
        plan.later = plan.later + (at > seq and 1 or 0)
        texts[#texts + 1] = kind == 'u' and of == run_id and one or nil
      elseif (kind == 'm' or kind == 't') and of == run_id and answered_by(one) >= seq then
        plan.entries[#plan.entries + 1] = one
        ends = ends or kind == 't'
      end
    end
  end
  local goes_on = r.id == run_id and (r.state == 'running' or r.state == 'handingOver')
  if entry[2][1] == 'q' or (goes_on and seq > r.consumed) then
    plan.waits = goes_on
    return plan
  end
  local lines, came_in = {}, false
  if r.id == run_id then
    lines, came_in = rewound(lines_of(JOURNAL), seq)
  end
  local joined, others = {}, #texts > 0
  for _, line in ipairs(lines) do
    local at = string.match(line, '^u(%d+) ')
    if at then
      joined[at], others = true, true
    end
  end
  if not others then
    plan.how = goes_on and 'alone' or 'mark'
    return plan
  elseif not goes_on and not ends then
    return plan
  elseif not came_in or r.reason == 'stopped' then
    return -- nobody knows any more what the run has done for the others
  end
  for _, one in ipairs(texts) do
    if not joined[text(seq_of(one))] then
      lines[#lines + 1] = 'u' .. text(seq_of(one)) .. ' ' .. one[2][2]
    end
  end
  plan.how, plan.lines, plan.is_over = 'left', lines, not goes_on
  return plan
end

-- The times of the texts that count towards the rate, without that of the text that is taken back.
local function recent_without(r, plan)
  local stamps = {}
  for stamp in string.gmatch(r.recent, '%d+') do
    stamps[#stamps + 1] = stamp
  end
  if plan and #stamps > plan.later then
    table.remove(stamps, #stamps - plan.later)
  end
  return table.concat(stamps, ' ')
end

-- Mark the entries, close their questions, and make the store refuse all later writes of the run's brain. `by` is the
-- seq of the entry that takes them back. A run that goes on without the text needs a brain: it has the next fence.
local function take_back(r, plan, by, keep_ms)
  local marks = { 'whole', '1' }
  if r.undone == '' and redis.call('HGET', WITHDRAWN, 'whole') == false then
    redis.call('HSET', WITHDRAWN, 'whole', '1')
  end
  for _, entry in ipairs(plan.entries) do
    marks[#marks + 1] = text(seq_of(entry))
    marks[#marks + 1] = '1'
    local id = string.find(entry[2][2], '"kind":"question"', 1, true) and string.match(entry[2][2], '"id":"([^"]+)"')
    if id and string.sub(redis.call('HGET', key('questions'), id) or '', 1, 5) == 'open ' then
      redis.call('HSET', key('questions'), id, 'superseded ' .. text(by))
      if string.match(r.question, '^%S+') == id then
        r.question = ''
      end
    end
  end
  redis.call('HSET', WITHDRAWN, unpack(marks))
  redis.call('PEXPIRE', WITHDRAWN, KEEP_RUN_MS)
  prune_marks()
  local undone = { text(plan.seq) }
  for seq in string.gmatch(r.undone, '%d+') do
    undone[#undone + 1] = #undone < MOST_UNDONE and seq or nil
  end
  r.undone, r.recent = table.concat(undone, ' '), recent_without(r, plan)
  redis.call('HSET', RUN, 'undone', r.undone, 'question', r.question, 'recent', r.recent)
  if not plan.waits and (r.id == plan.run or string.sub(r.past, 1, #plan.run + 1) == plan.run .. ' ') then
    r.reply, r.past = r.id == plan.run and '' or r.reply, ''
    redis.call('HSET', RUN, 'reply', r.reply, 'past', '') -- the last step, sent again, is refused like any other
  end
  if plan.how == 'mark' then
    return
  end
  r.fence, r.lease = r.fence + 1, 0
  if plan.how == 'alone' then
    r.state = 'idle'
    redis.call('HSET', RUN, 'state', 'idle', 'fence', text(r.fence), 'lease', '0', 'activity', '', 'reason', '',
      'consumed', text(r.seq))
    return
  end
  r.first = plan.seq == r.first and r.seq or r.first
  for _, line in ipairs(plan.lines) do
    local at = tonumber(string.match(line, '^u(%d+) ') or 0)
    r.first = plan.seq < at and at < r.first and at or r.first
  end
  r.state, r.reason, r.attempts, r.consumed = 'handingOver', '', 0, r.seq
  r.wake = plan.is_over and r.wake + 1 or r.wake -- its wake-up may have come already
  redis.call('SET', JOURNAL, joined(plan.lines), 'PX', keep_ms)
  redis.call('HSET', RUN, 'state', r.state, 'fence', text(r.fence), 'lease', '0', 'first', text(r.first),
    'attempts', '0', 'consumed', text(r.consumed), 'reason', '', 'activity', 'thinking', 'wake', text(r.wake))
end

-- The seq of the standing text that has taken the place of the text at `seq`; the same seq if it stands itself.
local function heir_of(r, seq)
  for _, entry in ipairs(redis.call('XRANGE', LOG, text(seq), '+', 'COUNT', text(MOST_SINCE))) do
    if string.find(' ' .. withdraws_of(entry) .. ' ', ' ' .. text(seq) .. ' ', 1, true) then
      return entry[2][1] == 'u' and heir_of(r, seq_of(entry)) or nil
    end
  end
  return seq
end

-- The last turn of each call, as `<call>:<index>:<ms of its last request>:<seq of its last text>`, the newest last.
local function turn_of(r, call)
  local index, ms, seq = string.match(' ' .. r.turns .. ' ', ' ' .. call .. ':(%d+):(%d+):(%d+) ')
  return tonumber(index), tonumber(ms), tonumber(seq)
end

-- The caller stores the field.
local function note_turn(r, call, index, now, seq)
  local last, _, known = turn_of(r, call)
  if call == '' or (last and last > index) then
    return
  end
  local turns = {}
  for turn in string.gmatch(r.turns, '%S+') do
    if string.sub(turn, 1, #call + 1) ~= call .. ':' then
      turns[#turns + 1] = turn
    end
  end
  while #turns >= MOST_TURNS do
    table.remove(turns, 1)
  end
  turns[#turns + 1] = table.concat({ call, text(index), text(now), text(seq or known or 0) }, ':')
  r.turns = table.concat(turns, ' ')
end
