-- What a delivery of fal said, so that it can stand in for a result that fal does not give. Unknown of older ones.
alter table fal_deliveries add column body JSONB;

-- When we first knew that fal was done with a training whose result could not be had at once.
alter table trainings add column fal_ended_at TIMESTAMPTZ;
