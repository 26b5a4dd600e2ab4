-- A document's body as the user last saw it: in the page, or in a question that they approved. Null
-- if they never did, and for all documents from before.
alter table brain.documents add column seen text;
