-- A database as version 1 of the schema left it: two reports, one of them with two revisions, a
-- register of printing faults and a request.
BEGIN;
CREATE TABLE defect_readings (
  revision INTEGER NOT NULL,
  defect INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  reading TEXT NOT NULL,
  PRIMARY KEY (revision, defect, ordinal),
  FOREIGN KEY (revision, defect) REFERENCES defects (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "defect_readings" VALUES(1,0,0,'281亿元');
INSERT INTO "defect_readings" VALUES(1,0,1,'282亿元');
INSERT INTO "defect_readings" VALUES(2,0,0,'281亿元');
INSERT INTO "defect_readings" VALUES(2,0,1,'282亿元');
INSERT INTO "defect_readings" VALUES(3,0,0,'281亿元');
INSERT INTO "defect_readings" VALUES(3,0,1,'282亿元');
CREATE TABLE defects (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  defect_id TEXT NOT NULL,
  kind INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  printed TEXT NOT NULL,
  printed_sha256 TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal),
  UNIQUE (revision, defect_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "defects" VALUES(1,0,'drphixw6feu6i',3,2,18,23,'280亿元','187e9aac07701923273025cc8ceb5f5ed5d40393ee2b02b57e73349c1239e010','见公报');
INSERT INTO "defects" VALUES(2,0,'drphixw6feu6i',3,2,18,23,'280亿元','187e9aac07701923273025cc8ceb5f5ed5d40393ee2b02b57e73349c1239e010','见公报');
INSERT INTO "defects" VALUES(3,0,'drphixw6feu6i',3,2,18,23,'280亿元','187e9aac07701923273025cc8ceb5f5ed5d40393ee2b02b57e73349c1239e010','见公报');
CREATE TABLE joins (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  position INTEGER NOT NULL,
  line_before INTEGER NOT NULL,
  line_after INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE lint (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  certainty INTEGER NOT NULL,
  line INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  message TEXT NOT NULL,
  proposal TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "lint" VALUES(1,0,3,1,0,0,0,'no speaker was found in the text','');
INSERT INTO "lint" VALUES(1,1,3,1,0,0,0,'no date was found in the text','');
INSERT INTO "lint" VALUES(2,0,3,1,0,0,0,'no speaker was found in the text','');
INSERT INTO "lint" VALUES(2,1,3,1,0,0,0,'no date was found in the text','');
INSERT INTO "lint" VALUES(3,0,3,1,0,0,0,'no speaker was found in the text','');
INSERT INTO "lint" VALUES(3,1,3,1,0,0,0,'no date was found in the text','');
CREATE TABLE meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  archive_revision INTEGER NOT NULL
) STRICT;
INSERT INTO "meta" VALUES(1,3);
CREATE TABLE paragraphs (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "paragraphs" VALUES(1,0,0,10);
INSERT INTO "paragraphs" VALUES(1,1,10,37);
INSERT INTO "paragraphs" VALUES(1,2,37,46);
INSERT INTO "paragraphs" VALUES(1,3,46,62);
INSERT INTO "paragraphs" VALUES(2,0,0,10);
INSERT INTO "paragraphs" VALUES(2,1,10,37);
INSERT INTO "paragraphs" VALUES(2,2,37,46);
INSERT INTO "paragraphs" VALUES(2,3,46,62);
INSERT INTO "paragraphs" VALUES(2,4,62,66);
INSERT INTO "paragraphs" VALUES(3,0,0,10);
INSERT INTO "paragraphs" VALUES(3,1,10,37);
INSERT INTO "paragraphs" VALUES(3,2,37,46);
INSERT INTO "paragraphs" VALUES(3,3,46,62);
INSERT INTO "paragraphs" VALUES(3,4,62,66);
CREATE TABLE print_spans (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  line INTEGER NOT NULL,
  page INTEGER NOT NULL,
  byte_begin INTEGER NOT NULL,
  byte_end INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "print_spans" VALUES(1,0,3,1,0,0,18,62,68);
INSERT INTO "print_spans" VALUES(1,1,2,2,0,19,49,0,10);
INSERT INTO "print_spans" VALUES(1,2,1,3,0,50,117,10,37);
INSERT INTO "print_spans" VALUES(1,3,2,4,0,118,145,37,46);
INSERT INTO "print_spans" VALUES(1,4,1,5,0,146,194,46,62);
INSERT INTO "print_spans" VALUES(2,0,3,1,0,0,18,66,72);
INSERT INTO "print_spans" VALUES(2,1,2,2,0,19,49,0,10);
INSERT INTO "print_spans" VALUES(2,2,1,3,0,50,117,10,37);
INSERT INTO "print_spans" VALUES(2,3,2,4,0,118,145,37,46);
INSERT INTO "print_spans" VALUES(2,4,1,5,0,146,194,46,62);
INSERT INTO "print_spans" VALUES(2,5,1,6,0,195,207,62,66);
INSERT INTO "print_spans" VALUES(3,0,3,1,0,0,18,66,72);
INSERT INTO "print_spans" VALUES(3,1,2,2,0,19,49,0,10);
INSERT INTO "print_spans" VALUES(3,2,1,3,0,50,117,10,37);
INSERT INTO "print_spans" VALUES(3,3,2,4,0,118,145,37,46);
INSERT INTO "print_spans" VALUES(3,4,1,5,0,146,194,46,62);
INSERT INTO "print_spans" VALUES(3,5,1,6,0,195,207,62,66);
CREATE TABLE quotes (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  quote_id TEXT NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  section INTEGER,
  paragraph INTEGER NOT NULL,
  sentence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  has_figures INTEGER NOT NULL CHECK (has_figures IN (0, 1)),
  PRIMARY KEY (revision, ordinal),
  FOREIGN KEY (revision, section) REFERENCES sections (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "quotes" VALUES(1,0,'vzckhm5kl2zhyauu',0,10,0,1,1,2,1,0);
INSERT INTO "quotes" VALUES(1,1,'mwbks6755mdls266',10,24,0,2,1,1,1,1);
INSERT INTO "quotes" VALUES(1,2,'oc67fcmouaya3yy5',24,37,0,2,2,1,1,1);
INSERT INTO "quotes" VALUES(1,3,'dl7oipf2w2ktbgc7',37,46,1,3,1,2,5,0);
INSERT INTO "quotes" VALUES(1,4,'hmyhdggwssuodzkr',46,62,1,4,1,1,5,0);
INSERT INTO "quotes" VALUES(1,5,'2loief5hz3wxuqbr',62,68,NULL,1,1,3,0,0);
INSERT INTO "quotes" VALUES(2,0,'vzckhm5kl2zhyauu',0,10,0,1,1,2,1,0);
INSERT INTO "quotes" VALUES(2,1,'mwbks6755mdls266',10,24,0,2,1,1,1,1);
INSERT INTO "quotes" VALUES(2,2,'oc67fcmouaya3yy5',24,37,0,2,2,1,1,1);
INSERT INTO "quotes" VALUES(2,3,'dl7oipf2w2ktbgc7',37,46,1,3,1,2,5,0);
INSERT INTO "quotes" VALUES(2,4,'hmyhdggwssuodzkr',46,62,1,4,1,1,5,0);
INSERT INTO "quotes" VALUES(2,5,'s5jlsux2spgmqjd4',62,66,1,5,1,1,5,0);
INSERT INTO "quotes" VALUES(2,6,'2loief5hz3wxuqbr',66,72,NULL,1,1,3,0,0);
INSERT INTO "quotes" VALUES(3,0,'5kzahk3wgtfgev6n',0,10,0,1,1,2,1,0);
INSERT INTO "quotes" VALUES(3,1,'3ghlbfafteozi647',10,24,0,2,1,1,1,1);
INSERT INTO "quotes" VALUES(3,2,'p5me7tp7jurknfyr',24,37,0,2,2,1,1,1);
INSERT INTO "quotes" VALUES(3,3,'brcw5oqnzlah6wru',37,46,1,3,1,2,5,0);
INSERT INTO "quotes" VALUES(3,4,'kxn5qm3oy4i47j5n',46,62,1,4,1,1,5,0);
INSERT INTO "quotes" VALUES(3,5,'ychmexldxvfjdktn',62,66,1,5,1,1,5,0);
INSERT INTO "quotes" VALUES(3,6,'mwydqdtqv5mlbli5',66,72,NULL,1,1,3,0,0);
CREATE TABLE reports (
  report_id TEXT NOT NULL PRIMARY KEY,
  state INTEGER NOT NULL,
  latest_revision INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  speaker TEXT NOT NULL,
  office TEXT NOT NULL,
  language TEXT NOT NULL,
  speech_date TEXT,
  paper TEXT NOT NULL,
  edition TEXT NOT NULL,
  issue_date TEXT,
  pages TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "reports" VALUES('one',1,2,2,1795620601977201,1795620602042169,'政府工作报告','','','','','','zh-Hans',NULL,'','',NULL,'');
INSERT INTO "reports" VALUES('two',1,1,1,1795620602102159,1795620602102159,'政府工作报告','','','','','','zh-Hans',NULL,'','',NULL,'');
CREATE TABLE requests (
  request_id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  report_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  archive_revision INTEGER NOT NULL,
  unchanged INTEGER NOT NULL CHECK (unchanged IN (0, 1)),
  create_time INTEGER NOT NULL,
  FOREIGN KEY (report_id, revision) REFERENCES revisions (report_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "requests" VALUES('0c87f366af66ab4ec1238dd02fe2fc21','8857bf8a71d231c55085600c47211993a4399d5751307056b2b6a691f524eb5e','one',1,1,0,1795620601977201);
INSERT INTO "requests" VALUES('3c2c461890bb4452e89a245a943934b8','611595ca1c0026dbc81df60b8cc61ec2c53ff30ea8197899b0c9762f1459f0f4','two',1,3,0,1795620602102159);
INSERT INTO "requests" VALUES('req-1','4dbdb16db28bc2b3023be8f9aee620275083036f5183d9c7510700dbdbe2bd68','one',2,2,0,1795620602042169);
CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  report_id TEXT NOT NULL REFERENCES reports (report_id),
  number INTEGER NOT NULL CHECK (number >= 1),
  create_time INTEGER NOT NULL,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  encoding INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  source_sha256 TEXT NOT NULL,
  parser_version TEXT NOT NULL,
  fold_version TEXT NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  speaker TEXT NOT NULL,
  office TEXT NOT NULL,
  language TEXT NOT NULL,
  speech_date TEXT,
  paper TEXT NOT NULL,
  edition TEXT NOT NULL,
  issue_date TEXT,
  pages TEXT NOT NULL,
  truncated INTEGER NOT NULL CHECK (truncated IN (0, 1)),
  jump_target TEXT NOT NULL,
  end_position INTEGER NOT NULL,
  code_points INTEGER NOT NULL,
  quotes INTEGER NOT NULL,
  sections INTEGER NOT NULL,
  joined_sha256 TEXT NOT NULL,
  joined TEXT NOT NULL,
  source BLOB NOT NULL,
  UNIQUE (report_id, number)
) STRICT;
INSERT INTO "revisions" VALUES(1,'one',1,1795620601977201,'r.txt','text/plain',1,195,'70d14d17f87cd589b0284e0d6a53d4203dc23903fa849c290877cc1ea0f3fd79','1','rules-1/opencc-1.1.5/icu-72.1/unicode-15.0/094b9dcaf25ddf27','政府工作报告','','','','','','zh-Hans',NULL,'','',NULL,'',0,'',62,68,6,2,'1fd44435369d433f7716775564acf6f27830570dafb5adb7f312750e6f24da65','一、过去五年工作回顾全区生产总值达到280亿元。棚改安置房建成2800套。二、今后五年的目标加快高质量发展，建设现代化强区。政府工作报告',X'E694BFE5BA9CE5B7A5E4BD9CE68AA5E5918A0AE4B880E38081E8BF87E58EBBE4BA94E5B9B4E5B7A5E4BD9CE59B9EE9A1BE0AE585A8E58CBAE7949FE4BAA7E680BBE580BCE8BEBEE588B0323830E4BABFE58583E38082E6A39AE694B9E5AE89E7BDAEE688BFE5BBBAE6889032383030E5A597E380820AE4BA8CE38081E4BB8AE5908EE4BA94E5B9B4E79A84E79BAEE6A0870AE58AA0E5BFABE9AB98E8B4A8E9878FE58F91E5B195EFBC8CE5BBBAE8AEBEE78EB0E4BBA3E58C96E5BCBAE58CBAE380820A');
INSERT INTO "revisions" VALUES(2,'one',2,1795620602042169,'r.txt','text/plain',1,208,'ef36c387ba56adcb304961adae423b2d2d007fa7d7c340698b933bbeccf2999a','1','rules-1/opencc-1.1.5/icu-72.1/unicode-15.0/094b9dcaf25ddf27','政府工作报告','','','','','','zh-Hans',NULL,'','',NULL,'',0,'',66,72,7,2,'5f8598607202efe7ad159e1442366e092f712a1728d03ee9dede19bc8ffff30e','一、过去五年工作回顾全区生产总值达到280亿元。棚改安置房建成2800套。二、今后五年的目标加快高质量发展，建设现代化强区。又一句。政府工作报告',X'E694BFE5BA9CE5B7A5E4BD9CE68AA5E5918A0AE4B880E38081E8BF87E58EBBE4BA94E5B9B4E5B7A5E4BD9CE59B9EE9A1BE0AE585A8E58CBAE7949FE4BAA7E680BBE580BCE8BEBEE588B0323830E4BABFE58583E38082E6A39AE694B9E5AE89E7BDAEE688BFE5BBBAE6889032383030E5A597E380820AE4BA8CE38081E4BB8AE5908EE4BA94E5B9B4E79A84E79BAEE6A0870AE58AA0E5BFABE9AB98E8B4A8E9878FE58F91E5B195EFBC8CE5BBBAE8AEBEE78EB0E4BBA3E58C96E5BCBAE58CBAE380820AE58F88E4B880E58FA5E380820A');
INSERT INTO "revisions" VALUES(3,'two',1,1795620602102159,'r.txt','text/plain',1,208,'ef36c387ba56adcb304961adae423b2d2d007fa7d7c340698b933bbeccf2999a','1','rules-1/opencc-1.1.5/icu-72.1/unicode-15.0/094b9dcaf25ddf27','政府工作报告','','','','','','zh-Hans',NULL,'','',NULL,'',0,'',66,72,7,2,'5f8598607202efe7ad159e1442366e092f712a1728d03ee9dede19bc8ffff30e','一、过去五年工作回顾全区生产总值达到280亿元。棚改安置房建成2800套。二、今后五年的目标加快高质量发展，建设现代化强区。又一句。政府工作报告',X'E694BFE5BA9CE5B7A5E4BD9CE68AA5E5918A0AE4B880E38081E8BF87E58EBBE4BA94E5B9B4E5B7A5E4BD9CE59B9EE9A1BE0AE585A8E58CBAE7949FE4BAA7E680BBE580BCE8BEBEE588B0323830E4BABFE58583E38082E6A39AE694B9E5AE89E7BDAEE688BFE5BBBAE6889032383030E5A597E380820AE4BA8CE38081E4BB8AE5908EE4BA94E5B9B4E79A84E79BAEE6A0870AE58AA0E5BFABE9AB98E8B4A8E9878FE58F91E5B195EFBC8CE5BBBAE8AEBEE78EB0E4BBA3E58C96E5BCBAE58CBAE380820AE58F88E4B880E58FA5E380820A');
CREATE TABLE runs (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  PRIMARY KEY (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "runs" VALUES(1,0,1,0,62);
INSERT INTO "runs" VALUES(1,1,3,62,68);
INSERT INTO "runs" VALUES(2,0,1,0,66);
INSERT INTO "runs" VALUES(2,1,3,66,72);
INSERT INTO "runs" VALUES(3,0,1,0,66);
INSERT INTO "runs" VALUES(3,1,3,66,72);
CREATE TABLE sections (
  revision INTEGER NOT NULL REFERENCES revisions (id),
  ordinal INTEGER NOT NULL,
  section_id TEXT NOT NULL,
  path TEXT NOT NULL,
  parent INTEGER,
  level INTEGER NOT NULL,
  printed_ordinal INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  marker TEXT NOT NULL,
  heading TEXT NOT NULL,
  run_in INTEGER NOT NULL CHECK (run_in IN (0, 1)),
  heading_begin INTEGER NOT NULL,
  heading_end INTEGER NOT NULL,
  range_begin INTEGER NOT NULL,
  range_end INTEGER NOT NULL,
  mode INTEGER NOT NULL,
  period TEXT NOT NULL,
  PRIMARY KEY (revision, ordinal),
  FOREIGN KEY (revision, parent) REFERENCES sections (revision, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO "sections" VALUES(1,0,'s7ubgc333c2g6','1',NULL,1,1,1,'一、','过去五年工作回顾',0,0,10,0,37,1,'过去五年');
INSERT INTO "sections" VALUES(1,1,'sko4ylg4hrdl2','2',NULL,1,2,1,'二、','今后五年的目标',0,37,46,37,62,5,'今后五年');
INSERT INTO "sections" VALUES(2,0,'s7ubgc333c2g6','1',NULL,1,1,1,'一、','过去五年工作回顾',0,0,10,0,37,1,'过去五年');
INSERT INTO "sections" VALUES(2,1,'sko4ylg4hrdl2','2',NULL,1,2,1,'二、','今后五年的目标',0,37,46,37,66,5,'今后五年');
INSERT INTO "sections" VALUES(3,0,'sa5i5r5qpk2sx','1',NULL,1,1,1,'一、','过去五年工作回顾',0,0,10,0,37,1,'过去五年');
INSERT INTO "sections" VALUES(3,1,'sbvmyfdmlremm','2',NULL,1,2,1,'二、','今后五年的目标',0,37,46,37,66,5,'今后五年');
CREATE UNIQUE INDEX sections_by_id ON sections (section_id, revision);
CREATE UNIQUE INDEX quotes_by_id ON quotes (quote_id, revision);
CREATE INDEX requests_by_revision ON requests (report_id, revision);
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER print_spans_no_update BEFORE UPDATE ON print_spans
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER print_spans_no_delete BEFORE DELETE ON print_spans
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER paragraphs_no_update BEFORE UPDATE ON paragraphs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER paragraphs_no_delete BEFORE DELETE ON paragraphs
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER joins_no_update BEFORE UPDATE ON joins
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER joins_no_delete BEFORE DELETE ON joins
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER sections_no_update BEFORE UPDATE ON sections
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER sections_no_delete BEFORE DELETE ON sections
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER quotes_no_update BEFORE UPDATE ON quotes
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER quotes_no_delete BEFORE DELETE ON quotes
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER lint_no_update BEFORE UPDATE ON lint
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
CREATE TRIGGER lint_no_delete BEFORE DELETE ON lint
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
PRAGMA application_id = 0x51554F54;
PRAGMA user_version = 1;
COMMIT;
