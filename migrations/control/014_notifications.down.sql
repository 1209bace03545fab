DROP TABLE notification_delivery;
DROP TABLE notification_channel;
