-- The bundle for devices without a network lists these; they are few among many.
CREATE INDEX certificate_not_valid ON certificate (status_leaf) WHERE status <> 'valid';
