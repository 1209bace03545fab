DROP TABLE maintenance_run;
