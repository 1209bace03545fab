DROP TABLE health_threshold;
DROP TABLE health_rollup;
DROP TABLE health_hour;
DROP TABLE health_minute;
DROP TABLE health_sample;
DROP TABLE health_layout;
DROP TABLE health_newest;
DROP TABLE health_lease;
