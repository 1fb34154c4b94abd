super::said! {
    // document.add_reader
    "Lets one more member, or one more key of a member, read a sealed version; signed by a member who can read it.", "让另一名成员或成员的另一把密钥阅读一个密封版本；由能阅读它的成员签名。";
    "The document, or module:id for what another module sealed.", "文档；由其他模块密封的内容写作 模块:标识。";
    "The version.", "版本。";
    "The content's key, wrapped for the new reader by one who opened the content.", "内容密钥，由打开过内容的人为新读者封装。";
    "The encapsulated key, 64 hexadecimal digits.", "封装密钥，64 位十六进制数字。";
    "The name of its reading key.", "读者的阅读密钥名称。";
    "The member who may read.", "可以阅读的成员。";
    "The wrapped content key with its tag, 96 hexadecimal digits.", "封装后的内容密钥及其校验标签，96 位十六进制数字。";
    // document.anchor
    "Anchors the hash of something: evidence that it existed at this time, and who signed for it.", "为某项内容的哈希存证：证明其在此时已存在，以及由谁签名。";
    "SHA-256 of it, 64 hexadecimal digits.", "内容的 SHA-256，64 位十六进制数字。";
    "Its media type, such as application/pdf.", "媒体类型，例如 application/pdf。";
    "A title, which everybody sees.", "标题，所有人可见。";
    "What it is: a name of free choice, such as contract.", "类别：自由取名，例如 contract。";
    // document.create
    "Creates a document with its first version; signed by its owner, the member in its id.", "创建文档及其首个版本；由其标识中的所有者签名。";
    "Its id, never used before: owner/name, each of 1 to 64 of a-z 0-9 - . _.", "文档标识，从未使用过：所有者/名称，各 1 至 64 个字符：a-z 0-9 - . _。";
    "Fields in the clear: everybody sees and finds them.", "公开字段：所有人可见、可查。";
    "Its name: 1 to 64 of a-z 0-9 - . _.", "名称：1 至 64 个字符：a-z 0-9 - . _。";
    "Its value, up to 4,096 bytes.", "值，最多 4,096 字节。";
    "Fields that only named readers see, encrypted before signing for this document and its version 1.", "只有指定读者可见的字段，签名前已为本文档及其版本 1 加密。";
    "The encrypted content, base64url.", "加密后的内容，base64url 编码。";
    "Names and commitments of the fields inside, in their order.", "其中各字段的名称和承诺值，按顺序排列。";
    "Salted hash of its value, 64 hexadecimal digits.", "字段值的加盐哈希，64 位十六进制数字。";
    "The content's key, wrapped for each reader.", "内容密钥，为每位读者分别封装。";
    "Its type.", "文档类型。";
    // document.define_type
    "Defines a type of documents, for everybody to use; signed by the member in its name. A type never changes.", "定义文档类型，供所有人使用；由其标识中的成员签名。类型定义后不再更改。";
    "The fields that its documents have.", "该类型文档的字段。";
    "Whether every version of a document has it.", "文档的每个版本是否都必须有此字段。";
    "Whether only readers see its value; else everybody sees and finds it.", "是否只有读者可见其值；否则所有人可见、可查。";
    "Members that must be able to read whatever is sealed in its documents, such as the tax authority.", "必须能够阅读该类型文档全部密封内容的成员，例如税务机关。";
    "What it is, for people.", "名称说明，供人阅读。";
    "Its id: member/name, each of 1 to 64 of a-z 0-9 - . _.", "类型标识：成员/名称，各 1 至 64 个字符：a-z 0-9 - . _。";
    // document.open
    "Records that a reader opens a sealed version. A node shows clear text only after this took effect.", "记录一位读者打开密封版本。此记录生效之后，节点才显示明文。";
    "The member that reads; the first signer that can read if not given.", "阅读的成员；不填则为首个能够阅读的签名者。";
    "What for, in the reader's words, which everybody sees.", "用途，由读者自述，所有人可见。";
    // document.publish_reading_key
    "Publishes a key by which a member reads what is sealed for it; signed by an admin key of that member.", "公布成员的阅读密钥，密封给该成员的内容用它打开；由该成员的 admin 密钥签名。";
    "The member.", "成员。";
    "The key's name within the member's reading keys, never used before: 1 to 64 of a-z 0-9 - . _.", "密钥在该成员阅读密钥中的名称，从未使用过：1 至 64 个字符：a-z 0-9 - . _。";
    "The public key: x25519: and 64 hexadecimal digits.", "公钥：x25519: 加 64 位十六进制数字。";
    // document.remove_reader
    "Keeps a member from reading later versions; signed by who sealed. What the member can read already stays readable for it: nobody can take back what was told.", "使成员不再能阅读以后的版本；由密封者签名。该成员已能阅读的内容仍然可读：说出去的话收不回来。";
    // document.restore_reader
    "Lets later versions be sealed for a removed member again; signed by who sealed.", "使已移除的成员可以重新成为以后版本的读者；由密封者签名。";
    // document.revise
    "Gives a document its next version, which stands for itself: what it does not repeat it does not have; signed by the owner.", "为文档增加新版本，新版本独立成立：未重复写入的内容即不再包含；由所有者签名。";
    "The document.", "文档。";
    "Fields that only named readers see, encrypted before signing for this document and this version.", "只有指定读者可见的字段，签名前已为本文档的此版本加密。";
    "The new version: the newest one and 1. So nobody overwrites what it has not seen.", "新版本号：最新版本加 1。这样没有人会覆盖自己未见过的内容。";
    // document.revoke_reading_key
    "Nothing more can be sealed for a key; signed by an admin key of its member. What was sealed for it still opens with it.", "停用阅读密钥，不能再为它密封新内容；由其成员的 admin 密钥签名。此前为它密封的内容仍可打开。";
    "The key's name.", "密钥名称。";
}
