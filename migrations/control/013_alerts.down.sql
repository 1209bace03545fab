DROP TABLE alert_round;
DROP TABLE alert_maintenance_window;
DROP TABLE alert_silence;
DROP TABLE alert;
DROP TABLE alert_pending;
DROP TABLE alert_rule;
