import { startPage } from "../page.ts";
import "../page.css";
import "./inspector.css";
import "./columns/columns.css";
import "./body/body.css";
import "./filter/filter.css";
import "./timeline/timeline.css";
import { InspectorApp } from "./inspectorApp.ts";
import type { Remembered } from "./remembered.ts";

const root = document.getElementById("app");
if (root) new InspectorApp(root, startPage<Partial<Remembered>>()).start();
