-- By which means goods stood at the border, as keyed digests: another truck is not the same goods. Rows of before say nothing.
ALTER TABLE presentation ADD COLUMN means TEXT NOT NULL DEFAULT '[]';
