-- Where a training has its photo set from, if not from its avatar's photos as they were: both name a training of the same
-- avatar, and go with it.
alter table trainings add column retry_of UUID;
alter table trainings add column compare_with UUID;
