import { working } from "./form.js";
import { signIn } from "./session.js";

const HAS_SIGNED_OUT = "#out";

async function go() {
  if (!(await working(signIn))) return;
  if (location.hash) location.replace(location.pathname + location.search);
  else location.reload();
}

document.getElementById("sign-in").addEventListener("click", go);
if (location.hash !== HAS_SIGNED_OUT) go();
