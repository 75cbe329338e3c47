-- The same changes as SQLite's; what they mean is said there.

-- +goose Up
INSERT INTO template (tenant, id, name, description, access_controls, predefined, created_at)
SELECT name, 'oe_viewer', '{"en":"OE Viewer"}', 'null', '["5ac869fc-d548-4ec8-cccc-c01491314101","oe-orchestration-center-viewer","oe-process-context-viewer","5ac869fc-d548-4ec8-cccc-c01491314109","5ac869fc-d548-4ec8-cccc-c01491314105","oe-task-inbox-viewer","oe-kpis-and-analytics-viewer","5ac869fc-d548-4ec8-cccc-c01491314113","oe-event-registry-viewer","oe-event-log-viewer","oe-datastore-viewer","oe-oe-users-and-roles-viewer","oe-make-team-viewer"]', true, created_at FROM tenant
WHERE NOT EXISTS (SELECT 1 FROM template WHERE template.tenant = tenant.name AND template.id = 'oe_viewer');
INSERT INTO template (tenant, id, name, description, access_controls, predefined, created_at)
SELECT name, 'oe_editor', '{"en":"OE Editor"}', 'null', '["5ac869fc-d548-4ec8-cccc-c01491314102","oe-orchestration-center-editor","oe-process-context-editor","5ac869fc-d548-4ec8-cccc-c01491314110","5ac869fc-d548-4ec8-cccc-c01491314106","oe-task-inbox-editor","oe-kpis-and-analytics-editor","5ac869fc-d548-4ec8-cccc-c01491314114","oe-event-registry-editor","oe-event-log-editor","oe-datastore-editor","oe-oe-users-and-roles-editor","oe-make-team-editor"]', true, created_at FROM tenant
WHERE NOT EXISTS (SELECT 1 FROM template WHERE template.tenant = tenant.name AND template.id = 'oe_editor');
INSERT INTO template (tenant, id, name, description, access_controls, predefined, created_at)
SELECT name, 'oe_manager', '{"en":"OE Manager"}', 'null', '["5ac869fc-d548-4ec8-cccc-c01491314103","oe-orchestration-center-manager","oe-process-context-manager","5ac869fc-d548-4ec8-cccc-c01491314111","5ac869fc-d548-4ec8-cccc-c01491314107","oe-task-inbox-manager","oe-kpis-and-analytics-manager","5ac869fc-d548-4ec8-cccc-c01491314115","oe-event-registry-manager","oe-event-log-manager","oe-datastore-manager","oe-oe-users-and-roles-manager","oe-make-team-manager"]', true, created_at FROM tenant
WHERE NOT EXISTS (SELECT 1 FROM template WHERE template.tenant = tenant.name AND template.id = 'oe_manager');
INSERT INTO template (tenant, id, name, description, access_controls, predefined, created_at)
SELECT name, 'oe_admin', '{"en":"OE Administrator"}', 'null', '["5ac869fc-d548-4ec8-cccc-c01491314104","oe-orchestration-center-administrator","oe-process-context-administrator","5ac869fc-d548-4ec8-cccc-c01491314112","5ac869fc-d548-4ec8-cccc-c01491314108","oe-task-inbox-administrator","oe-kpis-and-analytics-administrator","5ac869fc-d548-4ec8-cccc-c01491314116","oe-event-registry-administrator","oe-event-log-administrator","oe-datastore-administrator","oe-oe-users-and-roles-administrator","oe-make-team-administrator"]', true, created_at FROM tenant
WHERE NOT EXISTS (SELECT 1 FROM template WHERE template.tenant = tenant.name AND template.id = 'oe_admin');
