import { t } from "@vscode/l10n";

export interface Example {
  readonly filter: string;
  readonly meaning: string;
}

/** What one can write, to be read and tried. */
export function examples(): readonly Example[] {
  return [
    { filter: "paid", meaning: t("The text stands in the key, the body or a header, in small or capital letters.") },
    { filter: '"order paid"', meaning: t("The words stand there just like this, blanks included.") },
    { filter: "/ord(er|inal)/i", meaning: t("A regular expression; with i, small and capital letters are the same.") },
    { filter: "key:order.*", meaning: t("The key; * stands for anything.") },
    { filter: "header.tenant = 42", meaning: t("A header, with =, !=, <, <=, >, >= or ~ (contains).") },
    { filter: '$.customer.name ~ "an"', meaning: t("A place in a JSON body.") },
    { filter: "size > 10kb", meaning: t("The size of the body.") },
    { filter: "age < 5m", meaning: t("How long ago it arrived: s, m, h or d.") },
    { filter: "state:unacked", meaning: t("What became of it: unacked, acked, requeued, rejected, lost, deleted.") },
    { filter: "redelivered", meaning: t("It was delivered before.") },
    { filter: "type:json", meaning: t("The content type, or another property: correlation:, message-id:, reply-to:.") },
    { filter: "paid and not (key:test.* or size < 1kb)", meaning: t("Parts put together; “and” may be left out.") },
  ];
}
