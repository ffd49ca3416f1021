-- What is seen in a photo and the pictures made from it. They are null on photos from before this step, which are
-- pending until a worker has looked at them.
alter table photos add column measures JSONB;
alter table photos add column taken_on DATE;
alter table photos add column training_key TEXT;
alter table photos add column face_key TEXT;
update photos set validation_status = 'pending';
create index photos_pending on photos (created_at) where validation_status = 'pending';
create index photos_of_user on photos (user_id, created_at);
