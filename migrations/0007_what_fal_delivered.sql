-- What a delivery of fal said, so that it can stand in for a result that fal does not give. Unknown of older ones.
alter table fal_deliveries add column body JSONB;

-- When we first knew that fal was done with a training whose result could not be had at once.
alter table trainings add column fal_ended_at TIMESTAMPTZ;

-- Packed photo sets are kept for a week after their training.
create index trainings_with_set on trainings (completed_at) where training_set_key is not null;
