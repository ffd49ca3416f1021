-- What is refused is given up after a while; what nobody could be asked for is not. Both were counted as attempts.
alter table outbox rename column attempts to refusals;
