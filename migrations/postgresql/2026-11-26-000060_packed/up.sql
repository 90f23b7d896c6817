-- Evidence comes packed: compressing it once more is in vain.
ALTER TABLE evidence ALTER COLUMN body SET STORAGE EXTERNAL;
