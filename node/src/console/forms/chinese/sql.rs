super::said! {
    // sql.execute
    "Writes shared tables by SQL: INSERT, UPDATE, DELETE, CREATE TABLE and CREATE INDEX, all statements or none.", "用 SQL 写入共享数据表：INSERT、UPDATE、DELETE、CREATE TABLE 和 CREATE INDEX，各语句要么全部执行，要么全部不执行。";
    "The statements, 1 to 100, executed in order; a later one sees what an earlier one wrote.", "语句，1 至 100 条，依次执行；后面的语句可见前面语句写入的内容。";
    "Values of :name.", ":name 形式参数的值。";
    "Values of ? or ?1, in order.", "? 或 ?1 形式参数的值，按顺序排列。";
    "One statement. Tables are named schema.table.", "一条语句。数据表写作 模式.表名。";
    // sql.set_writers
    "Says who writes a shared table from now on; signed by the owner of its schema. With nobody the table is closed.", "规定今后由谁写入共享数据表；由其模式的所有者签名。不指定任何人则关闭该表。";
    "The table, schema.table.", "数据表，写作 模式.表名。";
    "Members, keys member/name, roles role:name, or members for everybody.", "成员、密钥（成员/名称）、角色（role:名称），或 members 表示所有成员。";
}
