DROP TABLE outbox_retention;
DROP TABLE outbox_event;
DROP TABLE control_plane;
