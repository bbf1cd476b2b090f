import { startPage } from "../page.ts";
import "../page.css";
import "./conversation.css";
import { ConversationApp, type Remembered } from "./conversationApp.ts";

const root = document.getElementById("app");
if (root) new ConversationApp(root, startPage<Remembered>()).start();
