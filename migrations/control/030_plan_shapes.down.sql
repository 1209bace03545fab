DROP TABLE maintenance_plan;
