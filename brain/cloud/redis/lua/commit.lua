-- The brain records a step. (fence, step) is the idempotency key: the same step sent again changes nothing.
local run_id, fence, step, move = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local lease_ms, handover_ms, log_length = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local loops, tokens, handoffs, attempts, pace = ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local activity, progress, reason = ARGV[13], ARGV[14], ARGV[15]
local entries, drafts = tonumber(ARGV[16]), tonumber(ARGV[17])
-- With the move `rest`: the question's id, when it expires, how long it is kept, the id of the one that
-- it takes the place of, and what is recorded if it is asked, and if it is not.
-- KEYS: 4 questions (hash: id -> state, id:form -> its message), 5 where this run's journal rests
local question, expires, question_keep_ms, superseded = ARGV[18], ARGV[19], ARGV[20], ARGV[21]
local if_asked, if_not_asked = ARGV[22], ARGV[23]
local FIRST_ENTRY = 24
local FIRST_DRAFT = FIRST_ENTRY + entries
local MOST_QUESTIONS = 32 -- kept; the oldest go first, open or not

-- Let the run rest with its question: its journal is kept for whoever goes on with it.
local function rest(seq)
  local QUESTIONS, RESTING = KEYS[4], KEYS[5]
  if superseded ~= '' and string.sub(redis.call('HGET', QUESTIONS, superseded) or '', 1, 4) == 'open' then
    redis.call('HSET', QUESTIONS, superseded, 'superseded ' .. text(seq))
  end
  redis.call('HSET', QUESTIONS, question, 'open ' .. text(seq) .. ' ' .. expires,
    question .. ':form', ARGV[FIRST_DRAFT + drafts - 1])
  if redis.call('HLEN', QUESTIONS) > 2 * MOST_QUESTIONS then
    local ids = {}
    for _, field in ipairs(redis.call('HKEYS', QUESTIONS)) do
      if not string.find(field, ':', 1, true) then
        ids[#ids + 1] = field
      end
    end
    table.sort(ids) -- ids sort by their time
    redis.call('HDEL', QUESTIONS, ids[1], ids[1] .. ':form')
  end
  redis.call('PEXPIRE', QUESTIONS, question_keep_ms)
  redis.call('RENAME', JOURNAL, RESTING)
  redis.call('PEXPIRE', RESTING, question_keep_ms)
  redis.call('HSET', RUN, 'question', question .. ' ' .. expires) -- what waits, for the status
end

-- The texts of the user between two places of the log.
local function texts(after, upto)
  if upto <= after then
    return {}
  end
  local found = {}
  for _, entry in ipairs(redis.call('XRANGE', LOG, text(after + 1), text(upto))) do
    if entry[2][1] == 'u' then
      found[#found + 1] = entry
    end
  end
  return found
end

local r = load()
local sent_again = r.id == run_id and r.step == step + 1 and r.reply ~= ''
  and (r.fence == fence or (r.state == 'handingOver' and r.fence == fence + 1))
if sent_again then
  local first, ended, from, upto = string.match(r.reply, '^(%d+) (%d) (%d+) (%d+)$')
  return { 'done', first, ended, text(r.fence), texts(tonumber(from), tonumber(upto)), r.held }
end
local head = run_id .. ' ' .. text(fence) .. ' ' .. text(step + 1) .. ' '
if string.sub(r.past, 1, #head) == head then -- sent again, and another run has begun since
  local first, ended = string.match(r.past, '^(%d+) (%d)', #head + 1)
  return { 'done', first, ended, text(fence), {}, r.held }
end
if r.id ~= run_id or r.fence ~= fence or r.state ~= 'running' or r.step ~= step then
  return lost(r, run_id)
end

local now = clock()
local from, seen = r.consumed, r.seq
local taken = {}
if move == 'goOn' or move == 'finish' or move == 'rest' then
  taken = texts(from, seen)
end
local ended = move == 'end' or ((move == 'finish' or move == 'rest') and #taken == 0)
local asks = move == 'rest' and ended
if move == 'rest' and not ended then
  drafts = 0 -- what was said before the question might be taken for its answer
end

local journal = {}
for i = FIRST_ENTRY, FIRST_ENTRY + entries - 1 do
  journal[#journal + 1] = ARGV[i]
end
if move == 'rest' then
  journal[#journal + 1] = asks and if_asked or if_not_asked
end
for _, entry in ipairs(taken) do
  journal[#journal + 1] = 'u' .. string.match(entry[1], '^%d+') .. ' ' .. entry[2][2]
end
if #journal > 0 then
  redis.call('RPUSH', JOURNAL, unpack(journal))
end

local seq = r.seq
for i = 1, drafts do
  seq = seq + 1
  local kind = (ended and i == drafts) and 't' or 'm'
  redis.call('XADD', LOG, 'MAXLEN', '~', log_length, text(seq) .. '-0', kind,
    ARGV[FIRST_DRAFT + i - 1], 'r', run_id)
end
if asks then
  rest(seq)
end

local upto = #taken > 0 and seen or from
local reply = text(r.seq + 1) .. ' ' .. (ended and '1' or '0') .. ' ' .. text(from) .. ' ' .. text(upto)
local takes = move == 'goOn' or move == 'finish' or move == 'end' or move == 'rest'
local consumed = takes and seq or from
local state, lease, next_fence = 'running', now + lease_ms, fence
if ended then
  state, lease = 'idle', 0
elseif move == 'handOver' then
  state, lease, next_fence = 'handingOver', now + handover_ms, fence + 1
end
redis.call('HSET', RUN, 'state', state, 'lease', text(lease), 'fence', text(next_fence), 'step', text(step + 1),
  'seq', text(seq), 'consumed', text(consumed), 'reply', reply, 'loops', loops, 'tokens', tokens,
  'handoffs', handoffs, 'attempts', attempts, 'pace', pace, 'activity', activity, 'progress', progress,
  'reason', reason, 'last', text(now))
if drafts > 0 or ended then
  tell(seq, ended and 'done' or 'running', run_id)
end
return { 'done', text(r.seq + 1), ended and '1' or '0', text(next_fence), taken, r.held }
