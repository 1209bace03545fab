DROP TABLE partition_write;
DROP TABLE partition_archive;
