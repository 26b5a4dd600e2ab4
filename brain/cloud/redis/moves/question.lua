-- Return the question with this id and its state. Without an id, return the last question.
-- Keys: run, log, withdrawn; questions (hash: id -> state, id:form -> its message).
local a = arguments({ texts = 'id' })
local QUESTIONS = key('questions')

local r = load()
local id = a.id
if id == '' then
  id = string.match(r.question, '^%S+') or ''
end
local state = id ~= '' and redis.call('HGET', QUESTIONS, id)
if not state then
  if a.id == '' and id ~= '' then -- the questions are lost: nobody waits for this one any more
    redis.call('HSET', RUN, 'question', '')
    note_repair('questions')
  end
  return answer({ 'is', 'unknown' })
end
local asked, expires = string.match(state, '^open (%d+) (%d+)$')
local open = asked and tonumber(expires) > clock()
return answer({
  'is', 'asked', 'form', redis.call('HGET', QUESTIONS, id .. ':form'), 'open', open and '1' or '',
  'last', asked and only_breadcrumbs(tonumber(asked), r.seq, r.undone) and '1' or '', 'language', r.language,
})
