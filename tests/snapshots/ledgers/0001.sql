BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE job (
	id VARCHAR(32) NOT NULL, 
	kind VARCHAR(64) NOT NULL, 
	title TEXT NOT NULL, 
	user VARCHAR(128) NOT NULL, 
	payload JSON NOT NULL, 
	priority INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	want VARCHAR(16), 
	owner VARCHAR(64), 
	attempt INTEGER NOT NULL, 
	crashes INTEGER NOT NULL, 
	losses INTEGER NOT NULL, 
	lease_until FLOAT, 
	fraction FLOAT, 
	text TEXT NOT NULL, 
	last_seq INTEGER NOT NULL, 
	revision INTEGER NOT NULL, 
	result JSON, 
	reason TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	started FLOAT, 
	finished FLOAT, 
	PRIMARY KEY (id)
);
INSERT INTO "job" VALUES('6acf08c98ab344e49e37eaf5e9a3afb5','train','Done','anna','{"spec": {"x": 1}, "device": "auto"}',0,'done',NULL,'w1',1,0,0,NULL,1.0,'',3,4,'{"accuracy": 0.9}','',1.79586172434400320055e+09,1.79586172436898803715e+09,1.79586172440201950078e+09);
INSERT INTO "job" VALUES('c09aae9f31154d2f9084f3c2ab4024ac','train','Running','ben','{}',0,'running',NULL,'w1',1,0,0,1.79586174444498825075e+09,0.25,'Epoch 1',1,3,NULL,'',1.79586172441899776463e+09,1.79586172444498825074e+09,NULL);
INSERT INTO "job" VALUES('0a31d4c67fa74cddaefa03cb53fa9e8a','lesion','Waiting','anna','{"device": "cpu"}',0,'queued',NULL,NULL,0,0,0,NULL,NULL,'',0,1,NULL,'',1.7958617244960041046e+09,NULL,NULL);
INSERT INTO "job" VALUES('acb454fc29a14077bb9ddea6311b654b','train','Cancelled','anna','{}',0,'cancelled',NULL,NULL,0,0,0,NULL,NULL,'',0,2,NULL,'',1.79586172451000499732e+09,NULL,1.7958617245180115699e+09);
INSERT INTO "job" VALUES('f134d9db3883418ca97db3caa8b145d7','train','Second','anna','{}',0,'queued',NULL,NULL,0,0,0,NULL,NULL,'',0,1,NULL,'',1.79586172454001903532e+09,NULL,NULL);
CREATE TABLE metric (
	job_id VARCHAR(32) NOT NULL, 
	seq INTEGER NOT NULL, 
	attempt INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	data JSON NOT NULL, 
	PRIMARY KEY (job_id, seq), 
	FOREIGN KEY(job_id) REFERENCES job (id) ON DELETE CASCADE
);
INSERT INTO "metric" VALUES('6acf08c98ab344e49e37eaf5e9a3afb5',1,1,0,'{"loss": 2.5}');
INSERT INTO "metric" VALUES('6acf08c98ab344e49e37eaf5e9a3afb5',2,1,1,'{"loss": null}');
INSERT INTO "metric" VALUES('6acf08c98ab344e49e37eaf5e9a3afb5',3,1,2,'{"loss": 1.25, "lr": 0.1}');
INSERT INTO "metric" VALUES('c09aae9f31154d2f9084f3c2ab4024ac',1,1,0,'{"loss": 3.0}');
CREATE INDEX job_by_state ON job (state, priority, created);
CREATE INDEX job_by_user ON job (user, state);
CREATE INDEX job_by_creation ON job (created);
COMMIT;
