-- The tables of PostgreSQL 15's catalogue that clients ask, with their columns. The first word of a column's type is its type in
-- PostgreSQL; with the rest, SQLite compares as PostgreSQL does. An array is a JSON array.

CREATE TABLE pg_catalog.pg_am (oid oid DEFAULT 0, amname name_text, amhandler oid DEFAULT 0, amtype char_text DEFAULT '');
CREATE TABLE pg_catalog.pg_attrdef (oid oid DEFAULT 0, adrelid oid DEFAULT 0, adnum int2 DEFAULT 0, adbin text);
CREATE TABLE pg_catalog.pg_attribute (
    attrelid oid DEFAULT 0, attname name_text, atttypid oid DEFAULT 0, attstattarget int4 DEFAULT 0, attlen int2 DEFAULT 0,
    attnum int2 DEFAULT 0, attndims int4 DEFAULT 0, attcacheoff int4 DEFAULT 0, atttypmod int4 DEFAULT 0,
    attbyval bool DEFAULT 0, attalign char_text DEFAULT '', attstorage char_text DEFAULT '',
    attcompression char_text DEFAULT '', attnotnull bool DEFAULT 0, atthasdef bool DEFAULT 0, atthasmissing bool DEFAULT 0,
    attidentity char_text DEFAULT '', attgenerated char_text DEFAULT '', attisdropped bool DEFAULT 0,
    attislocal bool DEFAULT 0, attinhcount int4 DEFAULT 0, attcollation oid DEFAULT 0, attacl text_array_text,
    attoptions text_array_text, attfdwoptions text_array_text, attmissingval text
);
CREATE TABLE pg_catalog.pg_auth_members (
    roleid oid DEFAULT 0, member oid DEFAULT 0, grantor oid DEFAULT 0, admin_option bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_cast (
    oid oid DEFAULT 0, castsource oid DEFAULT 0, casttarget oid DEFAULT 0, castfunc oid DEFAULT 0,
    castcontext char_text DEFAULT '', castmethod char_text DEFAULT ''
);
CREATE TABLE pg_catalog.pg_class (
    oid oid DEFAULT 0, relname name_text, relnamespace oid DEFAULT 0, reltype oid DEFAULT 0, reloftype oid DEFAULT 0,
    relowner oid DEFAULT 0, relam oid DEFAULT 0, relfilenode oid DEFAULT 0, reltablespace oid DEFAULT 0,
    relpages int4 DEFAULT 0, reltuples float8 DEFAULT 0, relallvisible int4 DEFAULT 0, reltoastrelid oid DEFAULT 0,
    relhasindex bool DEFAULT 0, relisshared bool DEFAULT 0, relpersistence char_text DEFAULT '', relkind char_text DEFAULT '',
    relnatts int2 DEFAULT 0, relchecks int2 DEFAULT 0, relhasrules bool DEFAULT 0, relhastriggers bool DEFAULT 0,
    relhassubclass bool DEFAULT 0, relrowsecurity bool DEFAULT 0, relforcerowsecurity bool DEFAULT 0,
    relispopulated bool DEFAULT 0, relreplident char_text DEFAULT '', relispartition bool DEFAULT 0, relrewrite oid DEFAULT 0,
    relfrozenxid oid DEFAULT 0, relminmxid oid DEFAULT 0, relacl text_array_text, reloptions text_array_text,
    relpartbound text
);
CREATE TABLE pg_catalog.pg_collation (
    oid oid DEFAULT 0, collname name_text, collnamespace oid DEFAULT 0, collowner oid DEFAULT 0,
    collprovider char_text DEFAULT '', collisdeterministic bool DEFAULT 0, collencoding int4 DEFAULT 0, collcollate text,
    collctype text, colliculocale text, collversion text
);
CREATE TABLE pg_catalog.pg_constraint (
    oid oid DEFAULT 0, conname name_text, connamespace oid DEFAULT 0, contype char_text DEFAULT '',
    condeferrable bool DEFAULT 0, condeferred bool DEFAULT 0, convalidated bool DEFAULT 0, conrelid oid DEFAULT 0,
    contypid oid DEFAULT 0, conindid oid DEFAULT 0, conparentid oid DEFAULT 0, confrelid oid DEFAULT 0,
    confupdtype char_text DEFAULT '', confdeltype char_text DEFAULT '', confmatchtype char_text DEFAULT '',
    conislocal bool DEFAULT 0, coninhcount int4 DEFAULT 0, connoinherit bool DEFAULT 0, conkey int2_array_text,
    confkey int2_array_text, conpfeqop oid_array_text, conppeqop oid_array_text, conffeqop oid_array_text,
    confdelsetcols int2_array_text, conexclop oid_array_text, conbin text
);
CREATE TABLE pg_catalog.pg_database (
    oid oid DEFAULT 0, datname name_text, datdba oid DEFAULT 0, encoding int4 DEFAULT 0, datlocprovider char_text DEFAULT '',
    datistemplate bool DEFAULT 0, datallowconn bool DEFAULT 0, datconnlimit int4 DEFAULT 0, datfrozenxid oid DEFAULT 0,
    datminmxid oid DEFAULT 0, dattablespace oid DEFAULT 0, datcollate text, datctype text, daticulocale text,
    datcollversion text, datacl text_array_text
);
CREATE TABLE pg_catalog.pg_default_acl (
    oid oid DEFAULT 0, defaclrole oid DEFAULT 0, defaclnamespace oid DEFAULT 0, defaclobjtype char_text DEFAULT '',
    defaclacl text_array_text
);
CREATE TABLE pg_catalog.pg_depend (
    classid oid DEFAULT 0, objid oid DEFAULT 0, objsubid int4 DEFAULT 0, refclassid oid DEFAULT 0, refobjid oid DEFAULT 0,
    refobjsubid int4 DEFAULT 0, deptype char_text DEFAULT ''
);
CREATE TABLE pg_catalog.pg_description (objoid oid DEFAULT 0, classoid oid DEFAULT 0, objsubid int4 DEFAULT 0, description text);
CREATE TABLE pg_catalog.pg_enum (oid oid DEFAULT 0, enumtypid oid DEFAULT 0, enumsortorder float8 DEFAULT 0, enumlabel name_text);
CREATE TABLE pg_catalog.pg_extension (
    oid oid DEFAULT 0, extname name_text, extowner oid DEFAULT 0, extnamespace oid DEFAULT 0, extrelocatable bool DEFAULT 0,
    extversion text, extconfig oid_array_text, extcondition text_array_text
);
CREATE TABLE pg_catalog.pg_foreign_server (
    oid oid DEFAULT 0, srvname name_text, srvowner oid DEFAULT 0, srvfdw oid DEFAULT 0, srvtype text, srvversion text,
    srvacl text_array_text, srvoptions text_array_text
);
CREATE TABLE pg_catalog.pg_foreign_table (ftrelid oid DEFAULT 0, ftserver oid DEFAULT 0, ftoptions text_array_text);
CREATE TABLE pg_catalog.pg_index (
    indexrelid oid DEFAULT 0, indrelid oid DEFAULT 0, indnatts int2 DEFAULT 0, indnkeyatts int2 DEFAULT 0,
    indisunique bool DEFAULT 0, indnullsnotdistinct bool DEFAULT 0, indisprimary bool DEFAULT 0,
    indisexclusion bool DEFAULT 0, indimmediate bool DEFAULT 0, indisclustered bool DEFAULT 0, indisvalid bool DEFAULT 0,
    indcheckxmin bool DEFAULT 0, indisready bool DEFAULT 0, indislive bool DEFAULT 0, indisreplident bool DEFAULT 0,
    indkey int2vector_text, indcollation oidvector_text, indclass oidvector_text, indoption int2vector_text, indexprs text,
    indpred text
);
CREATE TABLE pg_catalog.pg_indexes (
    schemaname name_text, tablename name_text, indexname name_text, tablespace name_text, indexdef text
);
CREATE TABLE pg_catalog.pg_inherits (
    inhrelid oid DEFAULT 0, inhparent oid DEFAULT 0, inhseqno int4 DEFAULT 0, inhdetachpending bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_language (
    oid oid DEFAULT 0, lanname name_text, lanowner oid DEFAULT 0, lanispl bool DEFAULT 0, lanpltrusted bool DEFAULT 0,
    lanplcallfoid oid DEFAULT 0, laninline oid DEFAULT 0, lanvalidator oid DEFAULT 0, lanacl text_array_text
);
CREATE TABLE pg_catalog.pg_locks (
    locktype text, database oid DEFAULT 0, relation oid DEFAULT 0, page int4 DEFAULT 0, tuple int2 DEFAULT 0, virtualxid text,
    transactionid oid DEFAULT 0, classid oid DEFAULT 0, objid oid DEFAULT 0, objsubid int2 DEFAULT 0, virtualtransaction text,
    pid int4 DEFAULT 0, mode text, granted bool DEFAULT 0, fastpath bool DEFAULT 0, waitstart text
);
CREATE TABLE pg_catalog.pg_matviews (
    schemaname name_text, matviewname name_text, matviewowner name_text, tablespace name_text, hasindexes bool DEFAULT 0,
    ispopulated bool DEFAULT 0, definition text
);
CREATE TABLE pg_catalog.pg_namespace (oid oid DEFAULT 0, nspname name_text, nspowner oid DEFAULT 0, nspacl text_array_text);
CREATE TABLE pg_catalog.pg_opclass (
    oid oid DEFAULT 0, opcmethod oid DEFAULT 0, opcname name_text, opcnamespace oid DEFAULT 0, opcowner oid DEFAULT 0,
    opcfamily oid DEFAULT 0, opcintype oid DEFAULT 0, opcdefault bool DEFAULT 0, opckeytype oid DEFAULT 0
);
CREATE TABLE pg_catalog.pg_operator (
    oid oid DEFAULT 0, oprname name_text, oprnamespace oid DEFAULT 0, oprowner oid DEFAULT 0, oprkind char_text DEFAULT '',
    oprcanmerge bool DEFAULT 0, oprcanhash bool DEFAULT 0, oprleft oid DEFAULT 0, oprright oid DEFAULT 0,
    oprresult oid DEFAULT 0, oprcom oid DEFAULT 0, oprnegate oid DEFAULT 0, oprcode oid DEFAULT 0, oprrest oid DEFAULT 0,
    oprjoin oid DEFAULT 0
);
CREATE TABLE pg_catalog.pg_partitioned_table (
    partrelid oid DEFAULT 0, partstrat char_text DEFAULT '', partnatts int2 DEFAULT 0, partdefid oid DEFAULT 0,
    partattrs int2vector_text, partclass oidvector_text, partcollation oidvector_text, partexprs text
);
CREATE TABLE pg_catalog.pg_policy (
    oid oid DEFAULT 0, polname name_text, polrelid oid DEFAULT 0, polcmd char_text DEFAULT '', polpermissive bool DEFAULT 0,
    polroles oid_array_text, polqual text, polwithcheck text
);
CREATE TABLE pg_catalog.pg_proc (
    oid oid DEFAULT 0, proname name_text, pronamespace oid DEFAULT 0, proowner oid DEFAULT 0, prolang oid DEFAULT 0,
    procost float8 DEFAULT 0, prorows float8 DEFAULT 0, provariadic oid DEFAULT 0, prosupport oid DEFAULT 0,
    prokind char_text DEFAULT '', prosecdef bool DEFAULT 0, proleakproof bool DEFAULT 0, proisstrict bool DEFAULT 0,
    proretset bool DEFAULT 0, provolatile char_text DEFAULT '', proparallel char_text DEFAULT '', pronargs int2 DEFAULT 0,
    pronargdefaults int2 DEFAULT 0, prorettype oid DEFAULT 0, proargtypes oidvector_text, proallargtypes oid_array_text,
    proargmodes char_array_text, proargnames text_array_text, proargdefaults text, protrftypes oid_array_text, prosrc text,
    probin text, prosqlbody text, proconfig text_array_text, proacl text_array_text
);
CREATE TABLE pg_catalog.pg_publication (
    oid oid DEFAULT 0, pubname name_text, pubowner oid DEFAULT 0, puballtables bool DEFAULT 0, pubinsert bool DEFAULT 0,
    pubupdate bool DEFAULT 0, pubdelete bool DEFAULT 0, pubtruncate bool DEFAULT 0, pubviaroot bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_publication_namespace (oid oid DEFAULT 0, pnpubid oid DEFAULT 0, pnnspid oid DEFAULT 0);
CREATE TABLE pg_catalog.pg_publication_rel (
    oid oid DEFAULT 0, prpubid oid DEFAULT 0, prrelid oid DEFAULT 0, prqual text, prattrs int2vector_text
);
CREATE TABLE pg_catalog.pg_range (
    rngtypid oid DEFAULT 0, rngsubtype oid DEFAULT 0, rngmultitypid oid DEFAULT 0, rngcollation oid DEFAULT 0,
    rngsubopc oid DEFAULT 0, rngcanonical oid DEFAULT 0, rngsubdiff oid DEFAULT 0
);
CREATE TABLE pg_catalog.pg_rewrite (
    oid oid DEFAULT 0, rulename name_text, ev_class oid DEFAULT 0, ev_type char_text DEFAULT '',
    ev_enabled char_text DEFAULT '', is_instead bool DEFAULT 0, ev_qual text, ev_action text
);
CREATE TABLE pg_catalog.pg_roles (
    rolname name_text, rolsuper bool DEFAULT 0, rolinherit bool DEFAULT 0, rolcreaterole bool DEFAULT 0,
    rolcreatedb bool DEFAULT 0, rolcanlogin bool DEFAULT 0, rolreplication bool DEFAULT 0, rolconnlimit int4 DEFAULT 0,
    rolpassword text, rolvaliduntil text, rolbypassrls bool DEFAULT 0, rolconfig text_array_text, oid oid DEFAULT 0
);
CREATE TABLE pg_catalog.pg_sequence (
    seqrelid oid DEFAULT 0, seqtypid oid DEFAULT 0, seqstart int8 DEFAULT 0, seqincrement int8 DEFAULT 0,
    seqmax int8 DEFAULT 0, seqmin int8 DEFAULT 0, seqcache int8 DEFAULT 0, seqcycle bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_settings (
    name text, setting text, unit text, category text, short_desc text, extra_desc text, context text, vartype text,
    source text, min_val text, max_val text, enumvals text_array_text, boot_val text, reset_val text, sourcefile text,
    sourceline int4 DEFAULT 0, pending_restart bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_shdescription (objoid oid DEFAULT 0, classoid oid DEFAULT 0, description text);
CREATE TABLE pg_catalog.pg_stat_activity (
    datid oid DEFAULT 0, datname name_text, pid int4 DEFAULT 0, leader_pid int4 DEFAULT 0, usesysid oid DEFAULT 0,
    usename name_text, application_name text, client_addr text, client_hostname text, client_port int4 DEFAULT 0,
    backend_start text, xact_start text, query_start text, state_change text, wait_event_type text, wait_event text,
    state text, backend_xid oid DEFAULT 0, backend_xmin oid DEFAULT 0, query_id int8 DEFAULT 0, query text, backend_type text
);
CREATE TABLE pg_catalog.pg_statistic_ext (
    oid oid DEFAULT 0, stxrelid oid DEFAULT 0, stxname name_text, stxnamespace oid DEFAULT 0, stxowner oid DEFAULT 0,
    stxstattarget int4 DEFAULT 0, stxkeys int2vector_text, stxkind char_array_text, stxexprs text
);
CREATE TABLE pg_catalog.pg_tables (
    schemaname name_text, tablename name_text, tableowner name_text, tablespace name_text, hasindexes bool DEFAULT 0,
    hasrules bool DEFAULT 0, hastriggers bool DEFAULT 0, rowsecurity bool DEFAULT 0
);
CREATE TABLE pg_catalog.pg_tablespace (
    oid oid DEFAULT 0, spcname name_text, spcowner oid DEFAULT 0, spcacl text_array_text, spcoptions text_array_text
);
CREATE TABLE pg_catalog.pg_trigger (
    oid oid DEFAULT 0, tgrelid oid DEFAULT 0, tgparentid oid DEFAULT 0, tgname name_text, tgfoid oid DEFAULT 0,
    tgtype int2 DEFAULT 0, tgenabled char_text DEFAULT '', tgisinternal bool DEFAULT 0, tgconstrrelid oid DEFAULT 0,
    tgconstrindid oid DEFAULT 0, tgconstraint oid DEFAULT 0, tgdeferrable bool DEFAULT 0, tginitdeferred bool DEFAULT 0,
    tgnargs int2 DEFAULT 0, tgattr int2vector_text, tgargs text, tgqual text, tgoldtable name_text, tgnewtable name_text
);
CREATE TABLE pg_catalog.pg_type (
    oid oid DEFAULT 0, typname name_text, typnamespace oid DEFAULT 0, typowner oid DEFAULT 0, typlen int2 DEFAULT 0,
    typbyval bool DEFAULT 0, typtype char_text DEFAULT '', typcategory char_text DEFAULT '', typispreferred bool DEFAULT 0,
    typisdefined bool DEFAULT 0, typdelim char_text DEFAULT '', typrelid oid DEFAULT 0, typsubscript oid DEFAULT 0,
    typelem oid DEFAULT 0, typarray oid DEFAULT 0, typinput oid DEFAULT 0, typoutput oid DEFAULT 0, typreceive oid DEFAULT 0,
    typsend oid DEFAULT 0, typmodin oid DEFAULT 0, typmodout oid DEFAULT 0, typanalyze oid DEFAULT 0,
    typalign char_text DEFAULT '', typstorage char_text DEFAULT '', typnotnull bool DEFAULT 0, typbasetype oid DEFAULT 0,
    typtypmod int4 DEFAULT 0, typndims int4 DEFAULT 0, typcollation oid DEFAULT 0, typdefaultbin text, typdefault text,
    typacl text_array_text
);
CREATE TABLE pg_catalog.pg_user (
    usename name_text, usesysid oid DEFAULT 0, usecreatedb bool DEFAULT 0, usesuper bool DEFAULT 0, userepl bool DEFAULT 0,
    usebypassrls bool DEFAULT 0, passwd text, valuntil text, useconfig text_array_text
);
CREATE TABLE pg_catalog.pg_views (schemaname name_text, viewname name_text, viewowner name_text, definition text);

CREATE TABLE information_schema.columns (
    table_catalog name_text, table_schema name_text, table_name name_text, column_name name_text, ordinal_position int4,
    column_default varchar_text, is_nullable varchar_text, data_type varchar_text, character_maximum_length int4,
    character_octet_length int4, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4,
    datetime_precision int4, interval_type varchar_text, interval_precision int4, character_set_catalog name_text,
    character_set_schema name_text, character_set_name name_text, collation_catalog name_text, collation_schema name_text,
    collation_name name_text, domain_catalog name_text, domain_schema name_text, domain_name name_text, udt_catalog name_text,
    udt_schema name_text, udt_name name_text, scope_catalog name_text, scope_schema name_text, scope_name name_text,
    maximum_cardinality int4, dtd_identifier name_text, is_self_referencing varchar_text, is_identity varchar_text,
    identity_generation varchar_text, identity_start varchar_text, identity_increment varchar_text,
    identity_maximum varchar_text, identity_minimum varchar_text, identity_cycle varchar_text, is_generated varchar_text,
    generation_expression varchar_text, is_updatable varchar_text
);
CREATE TABLE information_schema.constraint_column_usage (
    table_catalog name_text, table_schema name_text, table_name name_text, column_name name_text,
    constraint_catalog name_text, constraint_schema name_text, constraint_name name_text
);
CREATE TABLE information_schema.key_column_usage (
    constraint_catalog name_text, constraint_schema name_text, constraint_name name_text, table_catalog name_text,
    table_schema name_text, table_name name_text, column_name name_text, ordinal_position int4,
    position_in_unique_constraint int4
);
CREATE TABLE information_schema.referential_constraints (
    constraint_catalog name_text, constraint_schema name_text, constraint_name name_text, unique_constraint_catalog name_text,
    unique_constraint_schema name_text, unique_constraint_name name_text, match_option varchar_text, update_rule varchar_text,
    delete_rule varchar_text
);
CREATE TABLE information_schema.routines (
    specific_catalog name_text, specific_schema name_text, specific_name name_text, routine_catalog name_text,
    routine_schema name_text, routine_name name_text, routine_type varchar_text, module_catalog name_text,
    module_schema name_text, module_name name_text, udt_catalog name_text, udt_schema name_text, udt_name name_text,
    data_type varchar_text, character_maximum_length int4, character_octet_length int4, character_set_catalog name_text,
    character_set_schema name_text, character_set_name name_text, collation_catalog name_text, collation_schema name_text,
    collation_name name_text, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4,
    datetime_precision int4, interval_type varchar_text, interval_precision int4, type_udt_catalog name_text,
    type_udt_schema name_text, type_udt_name name_text, scope_catalog name_text, scope_schema name_text, scope_name name_text,
    maximum_cardinality int4, dtd_identifier name_text, routine_body varchar_text, routine_definition varchar_text,
    external_name varchar_text, external_language varchar_text, parameter_style varchar_text, is_deterministic varchar_text,
    sql_data_access varchar_text, is_null_call varchar_text, sql_path varchar_text, schema_level_routine varchar_text,
    max_dynamic_result_sets int4, is_user_defined_cast varchar_text, is_implicitly_invocable varchar_text,
    security_type varchar_text, to_sql_specific_catalog name_text, to_sql_specific_schema name_text,
    to_sql_specific_name name_text, as_locator varchar_text, created text, last_altered text,
    new_savepoint_level varchar_text, is_udt_dependent varchar_text, result_cast_from_data_type varchar_text,
    result_cast_as_locator varchar_text, result_cast_char_max_length int4, result_cast_char_octet_length int4,
    result_cast_char_set_catalog name_text, result_cast_char_set_schema name_text, result_cast_char_set_name name_text,
    result_cast_collation_catalog name_text, result_cast_collation_schema name_text, result_cast_collation_name name_text,
    result_cast_numeric_precision int4, result_cast_numeric_precision_radix int4, result_cast_numeric_scale int4,
    result_cast_datetime_precision int4, result_cast_interval_type varchar_text, result_cast_interval_precision int4,
    result_cast_type_udt_catalog name_text, result_cast_type_udt_schema name_text, result_cast_type_udt_name name_text,
    result_cast_scope_catalog name_text, result_cast_scope_schema name_text, result_cast_scope_name name_text,
    result_cast_maximum_cardinality int4, result_cast_dtd_identifier name_text
);
CREATE TABLE information_schema.schemata (
    catalog_name name_text, schema_name name_text, schema_owner name_text, default_character_set_catalog name_text,
    default_character_set_schema name_text, default_character_set_name name_text, sql_path varchar_text
);
CREATE TABLE information_schema.sequences (
    sequence_catalog name_text, sequence_schema name_text, sequence_name name_text, data_type varchar_text,
    numeric_precision int4, numeric_precision_radix int4, numeric_scale int4, start_value varchar_text,
    minimum_value varchar_text, maximum_value varchar_text, increment varchar_text, cycle_option varchar_text
);
CREATE TABLE information_schema.table_constraints (
    constraint_catalog name_text, constraint_schema name_text, constraint_name name_text, table_catalog name_text,
    table_schema name_text, table_name name_text, constraint_type varchar_text, is_deferrable varchar_text,
    initially_deferred varchar_text, enforced varchar_text, nulls_distinct varchar_text
);
CREATE TABLE information_schema.tables (
    table_catalog name_text, table_schema name_text, table_name name_text, table_type varchar_text,
    self_referencing_column_name name_text, reference_generation varchar_text, user_defined_type_catalog name_text,
    user_defined_type_schema name_text, user_defined_type_name name_text, is_insertable_into varchar_text,
    is_typed varchar_text, commit_action varchar_text
);
CREATE TABLE information_schema.views (
    table_catalog name_text, table_schema name_text, table_name name_text, view_definition varchar_text,
    check_option varchar_text, is_updatable varchar_text, is_insertable_into varchar_text, is_trigger_updatable varchar_text,
    is_trigger_deletable varchar_text, is_trigger_insertable_into varchar_text
);
