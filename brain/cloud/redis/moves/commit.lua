-- Record a step of the run. (fence, step) is the idempotency key: sending the same step again changes nothing.
-- Keys: run, log, journal, withdrawn; with the kind `rest` questions (hash: id -> state, id:form -> its message), and
-- rest: where this run's journal is set aside.
local a = arguments({
  texts = 'run kind log_length journal_keep_ms loops tokens handoffs attempts pace activity progress reason'
    -- With the kind `rest`: the id of the question, when it expires, how long it is kept, the id of the question
    -- that it replaces, and the journal entries for the cases that it is asked or not asked.
    .. ' question expires question_keep_ms supersedes if_asked if_not_asked'
    -- `stands`: something comes of the run now, so its texts stand. `left`: when the caller went away.
    .. ' stands left'
    .. ' receipt', -- what the run has used so far; empty if this is not known
  numbers = 'fence step lease_ms handover_ms'
    .. ' at_ms', -- the time as the brain estimates it, if its lease need not be renewed; or 0
  lists = 'entries drafts',
})
local MOST_QUESTIONS = 32 -- kept; the oldest is deleted first, even if it is open

-- Let the run rest with its question. Its journal is kept until the question is decided.
local function rest(seq)
  local QUESTIONS, RESTING = key('questions'), key('rest')
  if a.supersedes ~= '' and string.sub(redis.call('HGET', QUESTIONS, a.supersedes) or '', 1, 4) == 'open' then
    redis.call('HSET', QUESTIONS, a.supersedes, 'superseded ' .. text(seq))
  end
  redis.call('HSET', QUESTIONS, a.question, 'open ' .. text(seq) .. ' ' .. a.expires,
    a.question .. ':form', a.drafts[#a.drafts])
  if redis.call('HLEN', QUESTIONS) > 2 * MOST_QUESTIONS then
    local ids = {}
    for _, field in ipairs(redis.call('HKEYS', QUESTIONS)) do
      if not string.find(field, ':', 1, true) then
        ids[#ids + 1] = field
      end
    end
    table.sort(ids) -- ids sort by time
    redis.call('HDEL', QUESTIONS, ids[1], ids[1] .. ':form')
  end
  redis.call('PEXPIRE', QUESTIONS, a.question_keep_ms)
  redis.call('RENAME', JOURNAL, RESTING)
  redis.call('PEXPIRE', RESTING, a.question_keep_ms)
  -- The open question, shown by the status, and how it has reached the user: not yet (see `heard`).
  redis.call('HSET', RUN, 'question', a.question .. ' ' .. a.expires, 'presented', text(seq) .. ' 0 0 0')
end

-- The user's texts after one seq, up to and including another.
local function texts(after, upto, undone)
  if upto <= after then
    return {}
  end
  local found = {}
  for _, entry in ipairs(standing(redis.call('XRANGE', LOG, text(after + 1), text(upto)), undone)) do
    if entry[2][1] == 'u' then
      found[#found + 1] = entry
    end
  end
  return found
end

local r = load()

local function done(first, ended, fence, taken, held)
  return answer({
    'is', 'done', 'first', first, 'finished', ended, 'fence', text(fence), 'taken', taken, 'held', held,
    'devices', r.devices, 'channel', r.channel,
  })
end

local sent_again = r.id == a.run and r.step == a.step + 1 and r.reply ~= ''
  and (r.fence == a.fence or (r.state == 'handingOver' and r.fence == a.fence + 1))
if sent_again then
  local first, ended, from, upto = string.match(r.reply, '^(%d+) (%d) (%d+) (%d+)$')
  return done(first, ended, r.fence, texts(tonumber(from), tonumber(upto), r.undone), r.held)
end
local head = a.run .. ' ' .. text(a.fence) .. ' ' .. text(a.step + 1) .. ' '
if string.sub(r.past, 1, #head) == head then -- sent again after another run has begun
  local first, ended = string.match(r.past, '^(%d+) (%d)', #head + 1)
  return done(first, ended, a.fence, {}, r.held)
end
if r.id ~= a.run or r.fence ~= a.fence or r.state ~= 'running' or r.step ~= a.step then
  return lost(r, a.run)
end

local renews = a.at_ms == 0 or a.kind == 'handOver'
local now = renews and clock() or a.at_ms
local from, seen = r.consumed, r.seq
local taken, drafts = {}, a.drafts
if a.kind == 'goOn' or a.kind == 'finish' or a.kind == 'rest' then
  taken = texts(from, seen, r.undone)
  -- Where an effect begins, no text joins that may be half a sentence: it could not be taken back any more.
  for i, entry in ipairs(a.stands == '1' and a.kind == 'goOn' and taken or {}) do
    if string.find(entry[2][2], '"speculative":true', 1, true) then
      seen, taken = seq_of(entry) - 1, { unpack(taken, 1, i - 1) }
      break
    end
  end
end
local ended = a.kind == 'end' or ((a.kind == 'finish' or a.kind == 'rest') and #taken == 0)
local asks = a.kind == 'rest' and ended
if a.kind == 'rest' and not ended then
  drafts = {} -- do not ask: a text from before the question must not count as its answer
end

local journal = a.entries
if a.kind == 'rest' then
  journal[#journal + 1] = asks and a.if_asked or a.if_not_asked
end
for _, entry in ipairs(taken) do
  journal[#journal + 1] = 'u' .. string.match(entry[1], '^%d+') .. ' ' .. entry[2][2]
end
write_journal(journal, a.journal_keep_ms)

local seq, first = r.seq, r.seq + 1
for i, draft in ipairs(drafts) do
  local kind = (ended and i == #drafts) and 't' or 'm'
  seq = append(a.log_length, seq + 1, { kind, draft, 'r', a.run })
  first = i == 1 and seq or first
end
if asks then
  rest(seq)
end

local upto = #taken > 0 and seen or from
local reply = text(first) .. ' ' .. (ended and '1' or '0') .. ' ' .. text(from) .. ' ' .. text(upto)
local takes = a.kind == 'goOn' or a.kind == 'finish' or a.kind == 'end' or a.kind == 'rest'
local consumed = takes and (seen < r.seq and seen or seq) or from
if a.stands == '1' and (a.kind ~= 'rest' or asks) then
  let_stand(r, a.run, a.kind == 'goOn' and seen or from) -- not what joins a run that was to end
end
r.left = (tonumber(a.left) or 0) > (tonumber(r.left) or 0) and a.left or r.left -- a later caller goes as well
local state, lease, next_fence = 'running', now + a.lease_ms, a.fence
lease = renews and lease or r.lease
if ended then
  state, lease = 'idle', 0
elseif a.kind == 'handOver' then
  state, lease, next_fence = 'handingOver', now + a.handover_ms, a.fence + 1
end
if #drafts > 0 or ended then
  tell_followers(r, now, seq, ended and 'done' or 'running', a.run)
end
redis.call('HSET', RUN, 'state', state, 'lease', text(lease), 'fence', text(next_fence),
  'step', text(a.step + 1), 'seq', text(seq), 'consumed', text(consumed), 'reply', reply,
  'loops', a.loops, 'tokens', a.tokens, 'handoffs', a.handoffs, 'attempts', a.attempts, 'pace', a.pace,
  'activity', a.activity, 'progress', a.progress, 'reason', a.reason, 'last', text(now),
  'receipt', a.receipt ~= '' and a.receipt or r.receipt, unpack(along(r)))
return done(text(first), ended and '1' or '0', next_fence, taken, r.held)
