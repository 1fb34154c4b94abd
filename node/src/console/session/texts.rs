use crate::console::texts::texts;

texts! {
    sign_in_title: "Sign in", "登录";
    sign_in_text: "Use the passkey that you set up for this node. There is no password.", "请使用您为本节点设置的通行密钥登录，没有密码。";
    sign_in: "Sign in with a passkey", "使用通行密钥登录";
    no_passkey_title: "No passkey yet?", "还没有通行密钥？";
    no_passkey_text: "Ask who runs this node for a set-up link: it is good once, and for one day unless told otherwise.", "请向本节点的管理员索取设置链接：只能使用一次，默认一天内有效。";
    set_up_title: "Set up a passkey", "设置通行密钥";
    set_up_text: "Your device makes a key for this node and keeps it. It asks for your finger, face or PIN each time you sign in.", "您的设备会为本节点生成一把密钥并妥善保管。每次登录时，设备会要求验证指纹、面容或 PIN。";
    set_up_for: "You will act as", "您将以此身份操作";
    has_passkey: "You have a passkey for this node already?", "已有本节点的通行密钥？";
    set_up: "Set up a passkey on this device", "在本设备上设置通行密钥";
    elsewhere_text: "Passkeys of this node work at this address:", "本节点的通行密钥只在以下地址有效：";
    cancelled: "Nothing was done: the device was not unlocked in time, or you have cancelled.", "未完成：设备未及时解锁，或您已取消。";
    bound_already: "This device has a passkey for this key already. Sign in with it.", "本设备已有该密钥的通行密钥，请直接登录。";
    unsupported: "This browser knows no passkeys. Use a newer one.", "这个浏览器不支持通行密钥，请换用较新的浏览器。";
    no_code: "This link is not complete: open it as you got it, to its last character.", "链接不完整，请打开您收到的完整链接。";
}
