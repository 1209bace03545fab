DROP TABLE platform_newest;
