-- By when fal must be done with a training, set at its submission. Trainings submitted before this step have none written
-- down, and what they would have got counts.
alter table trainings add column deadline_at TIMESTAMPTZ;
-- Every training that has not ended is looked after from its beginning.
update trainings set next_check_at = created_at where status = 'preparing' and next_check_at is null;
