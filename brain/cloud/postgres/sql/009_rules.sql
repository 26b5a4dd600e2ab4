-- Whether a run that had read text by others noted a rule. Null means unknown: an existing rule, or
-- one that older code still adds.
alter table brain.rules add column "foreign" boolean;
