DROP TABLE statement_text;
DROP TABLE statement_look;
DROP TABLE statement_interval;
