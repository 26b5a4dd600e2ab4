-- Erase the words of entries of the log. Their places stay, so that there is no gap.
-- Keys: run, log, journal, memory, questions; rest: the journals that were set aside with questions, any number.
local a = arguments({ numbers = 'first last' })
local LEAST_QUOTED = 9 -- characters; shorter words say nothing about where they come from
local QUESTIONS, MEMORY = key('questions'), key('memory')

local entries = redis.call('XRANGE', LOG, '-', '+')
local erased, ids, texts = {}, {}, {}
for _, entry in ipairs(entries) do
  local fields, seq = entry[2], seq_of(entry)
  if seq >= a.first and seq <= a.last and fields[1] ~= 'e' then
    local form = fields[2]
    local id = string.match(form, '"id":"([^"]*)"') or text(seq)
    local at = string.match(form, '"createdAt":"([^"]*)"') or ''
    local role = (fields[1] == 'm' or fields[1] == 't') and 'brain' or 'user'
    local words = string.match(form, '"text":"([^"\\]+)') or ''
    texts[#texts + 1] = #words >= LEAST_QUOTED and words or nil
    ids[id] = true
    fields[1] = 'e'
    fields[2] = '{"id":"' .. id .. '","role":"' .. role .. '","createdAt":"' .. at .. '"}'
    erased[#erased + 1] = text(seq) .. ' ' .. role .. ' ' .. at .. ' ' .. id
  end
end
if #erased > 0 then
  local left_ms = redis.call('PTTL', LOG)
  redis.call('DEL', LOG)
  for _, entry in ipairs(entries) do
    redis.call('XADD', LOG, entry[1], unpack(entry[2]))
  end
  if left_ms > 0 then
    redis.call('PEXPIRE', LOG, text(left_ms))
  end
end

-- Whether a journal that was set aside has words of the erased entries.
local function quotes(lines)
  for _, line in ipairs(lines) do
    local seq = tonumber(string.match(line, '^%a(%d+) '))
    if seq and seq >= a.first and seq <= a.last then
      return true
    end
    for _, words in ipairs(texts) do
      if string.find(line, words, 1, true) then
        return true
      end
    end
  end
end

local open = redis.call('HGET', RUN, 'question') or ''
for _, full in ipairs(KEYS) do
  local question = string.match(full, '}:rest:(.*)$')
  if question and (ids[question] or quotes(lines_of(full))) then
    redis.call('HDEL', QUESTIONS, question, question .. ':form')
    redis.call('DEL', full)
    if string.match(open, '^%S+') == question then
      redis.call('HSET', RUN, 'question', '')
    end
  end
end
for id in pairs(ids) do -- of a question whose journal is not there any more
  redis.call('HDEL', QUESTIONS, id, id .. ':form')
end
redis.call('DEL', JOURNAL) -- of a run that has ended
redis.call('HDEL', RUN, 'reply', 'past', 'progress')
-- A summary that is being made was not begun after this, so it is not taken (see brain/memory/shown.lua).
redis.call('HINCRBY', MEMORY, 'erased', '1')
redis.call('PEXPIRE', MEMORY, KEEP_RUN_MS)
if (tonumber(redis.call('HGET', MEMORY, 'upto') or '') or 0) >= a.first then
  redis.call('HDEL', MEMORY, 'summary', 'upto', 'block')
end
return answer({ 'is', 'blank', 'erased', erased })
