-- Admit a text: append it once, and give the caller the lease if nobody holds it.
-- Keys: run, log, journal; id: the record of this message id; memory; questions; rest: the journal that was set
-- aside with the question that the text decides; withdrawn; a second id: the record of the text that this one replaces.
local a = arguments({
  -- `floor`: the last seq of the archive, asked for with the answer `empty` if the store knows nothing of the user.
  texts = 'floor utterance overheard tools holder new_run tail log_length keep_ms id_keep_ms journal_keep_ms language zone'
    -- The question that the text decides, if any. `plain` is stored if the text does not decide it; if `plain` is
    -- empty, such a text is refused. `manner` of a spoken yes: firm, soft, or quoted (soft, after a whole quote).
    .. ' question verdict plain manner'
    -- What the text must find, if it is new: `open` an open run; `live` anything but a run after which nothing may come.
    .. ' joins'
    -- The turn's call as a short name, empty for none; the turn as it is stored in a text; the message id of the turn's
    -- text that this one replaces; whether it replaces whichever stands if that is not known; its own id, in JSON.
    .. ' call turn replaces amends own'
    .. ' device', -- the page that sends it (see `claim`); empty if that is not known
  lists = 'memory', -- with a `floor` that was asked for: fields and values that the memory key begins with
  -- Of a spoken yes, in ms: the longest time since the question, of a soft yes too, and the shortest times since
  -- a mark and since a response.
  numbers = 'index lease_ms rate window_ms yes_ms soft_ms mark_ms response_ms',
})
local ID, QUESTIONS = key('id'), key('questions')
local utterance, question = a.utterance, a.question

local now = clock()
local r = load(now, a.lease_ms)

local function is_idle()
  return r.state ~= 'running' and r.state ~= 'handingOver'
end
local idle = is_idle()
local vacant = idle or r.lease <= now

local function is_of_turn(form)
  return a.turn ~= '' and string.find(form, '"turn":' .. a.turn, 1, true)
    or a.turn == '' and form ~= '' and not string.find(form, '"turn":{', 1, true)
end

-- The seq of the text that `replaces` names; nil if it is not known.
local function named_text()
  return a.replaces ~= '' and tonumber(string.match(redis.call('GET', key('id2')) or '', '^(%d+) ')) or nil
end

-- The seq of the text that this one replaces: another text of the same turn that stands.
local function replaced()
  local function standing_of(old)
    old = old and old <= r.seq and heir_of(r, old)
    local form = old and (redis.call('XRANGE', LOG, text(old), text(old))[1] or { '', {} })[2][2] or ''
    return is_of_turn(form) and old or nil
  end
  local old = standing_of(named_text())
  if not old and a.amends == '1' then
    local index, _, last = turn_of(r, a.call)
    old = index == a.index and standing_of(last) or nil
  end
  return old
end

-- Whether the words of the text at `seq` are said again, after others that have not arrived: "Anna", "Anna Lee", "Anna".
-- A request that is sent again names the text that it named before.
local function is_said_again(seq, index)
  local is_lost = a.amends == '1' and a.replaces ~= '' and not named_text()
  if not (is_lost and seq and index == a.index) then
    return false
  end
  local form = (redis.call('XRANGE', LOG, text(seq), text(seq))[1] or { '', {} })[2][2] or ''
  return not string.find(form, '"replaces":"' .. a.replaces .. '"', 1, true)
end

-- The seq and the run of the text that has taken this one's place before it comes, or comes again. That text names it
-- as older, so it is late, and no change of mind. `seq` is where this text was, if it is known.
local function overtaken_by(seq)
  local index, found = turn_of(r, a.call), nil
  if a.turn == '' or not index or index < a.index or is_said_again(seq, index) then
    return
  end
  local since = math.max(seq or 0, r.seq - MOST_SINCE) + 1
  for _, entry in ipairs(redis.call('XRANGE', LOG, text(since), '+', 'COUNT', text(MOST_SINCE))) do
    local form = entry[2][1] == 'u' and entry[2][2] or ''
    found = is_of_turn(form) and string.find(form, '"replaces":' .. a.own, 1, true) and seq_of(entry) or found
  end
  local heir = found and heir_of(r, found)
  if heir and named_text() ~= heir then
    return text(heir), redis.call('XRANGE', LOG, text(heir), text(heir))[1][2][4]
  end
end

-- Whether a spoken yes counts: the question at `asked` is the last thing that was said, and it has reached the user
-- in time for an answer.
local function counts(asked)
  local at, returned, shown, played = string.match(r.presented, '^(%d+) (%S+) (%S+) (%S+)$')
  if at ~= asked or not only_breadcrumbs(tonumber(asked), r.seq, r.undone) then
    return false
  end
  local most_ms = a.manner == 'firm' and a.yes_ms or math.min(a.yes_ms, a.soft_ms)
  local function in_time(times, least_ms)
    local first, last = string.match(times, '^(%d+)%-(%d+)$')
    return first and now - tonumber(first) >= least_ms and now - tonumber(last) <= most_ms
  end
  return in_time(shown, a.mark_ms) or in_time(played, a.mark_ms)
    or (a.manner ~= 'soft' and in_time(returned, a.response_ms))
end

-- If nothing can refuse the text any more, one command takes its id and says whether the id is known.
local known, taken = nil, nil
local is_plain = question == '' and a.joins == '' and a.call == '' and a.turn == '' and a.replaces == '' and r.seq > 0
if is_plain and admissible(r, now, a.rate, a.window_ms) then
  taken = text(r.seq + 1) .. ' ' .. (idle and a.new_run or r.id) .. ' ' .. a.holder
  known = redis.call('SET', ID, taken, 'PX', a.id_keep_ms, 'GET')
  if known then
    redis.call('SET', ID, known, 'PX', a.id_keep_ms)
    taken = nil
  end
else
  known = redis.call('GET', ID)
end
local seq, of, by = string.match(known or '', '^(%d+) (%S+) (%S+)$')
local taker = seq and redis.call('XRANGE', LOG, seq, seq) or {}
if seq and not taker[1] and tonumber(seq) > r.seq then
  known, seq = nil, nil -- the id was taken, and then the store refused the text
end
local withdraws = ''
if taker[1] then
  withdraws = withdraws_of(taker[1])
end
if #standing(taker, r.undone) < #taker then
  if by == a.holder or overtaken_by(tonumber(seq)) then
    return answer({ 'is', 'withdrawn', 'seq', seq, 'run', of })
  end
  seq, withdraws = nil, '' -- the id is free again
elseif seq then
  note_turn(r, a.call, a.index, now)
  if r.turns ~= r.before.turns then
    redis.call('HSET', RUN, 'turns', r.turns)
  end
end
if not known then
  local heir, its_run = overtaken_by()
  if heir then
    return answer({ 'is', 'withdrawn', 'seq', heir, 'run', its_run })
  end
end
if seq and r.state ~= '' then -- without a state, nothing is left of the run that took the text
  if idle or r.id ~= of then
    return known_before(r, seq, of)
  end
  if r.holder == a.holder and r.state == 'running' then -- our own call, sent again
    return admitted(r, seq, now, a.tail, withdraws)
  end
  if vacant then
    take_over(r, a.holder, now, a.lease_ms)
    return admitted(r, seq, now, a.tail, withdraws)
  end
  return answer({
    'is', by == a.holder and 'recorded' or 'known', 'seq', seq, 'run', of, 'finished', '',
    'wake', text(r.wake), 'left_ms', text(r.lease - now), 'later', {}, 'withdraws', withdraws,
    'devices', r.devices, 'channel', r.channel,
  })
end

local is_closed = a.joins ~= '' and r.closed == r.id and r.id ~= ''
if is_closed or a.joins == 'open' and idle then
  return answer({ 'is', 'ended' })
end

local old = replaced()
local plan = old and plan_for(r, old)
local gone = {}
for i, entry in ipairs(plan and plan.entries or {}) do
  gone[i] = text(seq_of(entry))
  gone[gone[i]] = true
end

if question ~= '' and string.sub(redis.call('HGET', QUESTIONS, question) or '', 1, 5) == 'open '
  and redis.call('EXISTS', key('rest')) == 0 then -- the run that would continue is lost
  redis.call('HDEL', QUESTIONS, question, question .. ':form')
  note_repair('rest')
end
if question ~= '' then
  local state = redis.call('HGET', QUESTIONS, question) or 'unknown'
  local asked, expires = string.match(state, '^open (%d+) (%d+)$')
  local expired = asked and tonumber(expires) <= now
  if not asked or expired or gone[asked] or (a.manner ~= '' and not counts(asked)) then
    if a.plain == '' then
      return answer({ 'is', 'closed', 'state', asked and 'expired' or state })
    end
    question, utterance = '', a.plain
  end
end

r.recent = recent_without(r, plan)
local recent, wait_ms = admissible(r, now, a.rate, a.window_ms)
if not recent then
  return answer({ 'is', 'limited', 'wait_ms', text(wait_ms) })
end

if r.seq == 0 then
  if a.floor == '' then
    return answer({ 'is', 'empty' })
  end
  r.seq = tonumber(a.floor)
  if #a.memory > 0 and redis.call('EXISTS', key('memory')) == 0 then
    redis.call('HSET', key('memory'), unpack(a.memory))
    redis.call('PEXPIRE', key('memory'), a.keep_ms)
  end
end
local stays = plan and plan.how == 'left' -- the run of the text that is replaced goes on with the others, and this one
local run_id = (stays or not (idle or plan and plan.how == 'alone')) and r.id or a.new_run
local entry = { 'u', utterance, 'r', run_id }
if plan then
  withdraws = table.concat(gone, ' ')
end
if plan or a.device ~= '' then
  for _, field in ipairs({ 'a', '0', 'w', withdraws, a.device ~= '' and 'd' or nil, a.device }) do
    entry[#entry + 1] = field
  end
end
seq = append(a.log_length, r.seq + 1, entry)
local record = text(seq) .. ' ' .. run_id .. ' ' .. a.holder
if record ~= taken then
  redis.call('SET', ID, record, 'PX', a.id_keep_ms)
end
if question ~= '' then
  -- A decision stands, and so do the texts that led to its question.
  let_stand(r, run_id, seq)
  local asked = string.match(redis.call('HGET', QUESTIONS, question) or '', '^open (%d+)')
  for _, message in ipairs(asked and redis.call('XRANGE', LOG, asked, asked) or {}) do
    let_stand(r, message[2][4], tonumber(asked))
  end
  redis.call('HSET', QUESTIONS, question, a.verdict .. ' ' .. text(seq))
  if string.match(r.question, '^%S+') == question then
    redis.call('HSET', RUN, 'question', '')
    r.question = ''
  end
end

note_turn(r, a.call, a.index, now, seq)
tell_followers(r, now, seq, 'running', run_id)

local heard = {}
if a.overheard ~= '' then
  heard[1] = 'c' .. text(seq) .. ' ' .. a.overheard
end
if a.tools ~= '' then
  heard[#heard + 1] = 't' .. text(seq) .. ' ' .. a.tools
end
if plan then
  r.seq = seq
  if stays then
    for _, line in ipairs(heard) do
      plan.lines[#plan.lines + 1] = line
    end
    plan.lines[#plan.lines + 1] = 'u' .. text(seq) .. ' ' .. utterance
    heard = {}
  end
  take_back(r, plan, seq, a.journal_keep_ms)
  idle = is_idle()
  vacant = idle or r.lease <= now
end
local renews = is_due(r.kept, now, a.keep_ms, 10)
r.kept = renews and text(now) or r.kept
if idle then
  -- The last step of the previous run may be sent again if its answer was lost, unless it was taken back.
  local past = r.id .. ' ' .. text(r.fence) .. ' ' .. text(r.step) .. ' ' .. r.reply
  past = plan and plan.run == r.id and '' or past
  r.id, r.fence, r.step, r.first, r.wake, r.attempts = a.new_run, r.fence + 1, 0, seq, 1, 0
  r.started, r.loops, r.tokens, r.handoffs, r.left = text(now), '0', '0', '0', ''
  heard[#heard + 1] = 'u' .. text(seq) .. ' ' .. utterance
  -- Continue the run that rests with this question. The journal of any other run is no longer needed.
  if question ~= '' then
    redis.call('RENAME', key('rest'), JOURNAL)
    write_journal(heard, a.journal_keep_ms)
    redis.call('PEXPIRE', JOURNAL, a.journal_keep_ms)
  else
    redis.call('SET', JOURNAL, joined(heard), 'PX', a.journal_keep_ms)
  end
  set_run(r, a, 'seq', text(seq), 'consumed', text(seq), 'recent', recent,
    'state', 'running', 'id', a.new_run, 'fence', text(r.fence), 'holder', a.holder,
    'lease', text(now + a.lease_ms), 'step', '0', 'first', text(seq), 'wake', '1', 'started', text(now),
    'loops', '0', 'tokens', '0', 'handoffs', '0', 'attempts', '0', 'reply', '', 'past', past,
    'activity', 'thinking', 'progress', '', 'reason', '', 'said', text(seq), 'last', text(now),
    'contact', text(now))
  if renews then
    keep_all(seq)
  end
  return admitted(r, seq, now, a.tail, withdraws, question == '' and heard or nil)
end

set_run(r, a, 'seq', text(seq), 'recent', recent, 'said', text(seq), 'last', text(now),
  'contact', text(now))
if renews then
  keep_all(seq)
end
write_journal(heard, a.journal_keep_ms)
if vacant then
  r.attempts = stays and -1 or r.attempts -- no invocation has failed at this step
  take_over(r, a.holder, now, a.lease_ms)
  return admitted(r, seq, now, a.tail, withdraws)
end
return answer({
  'is', 'recorded', 'seq', text(seq), 'run', run_id, 'wake', text(r.wake), 'left_ms', text(r.lease - now),
  'withdraws', withdraws, 'devices', r.devices, 'channel', r.channel,
})
