// Money that moved, the newest first.

import { type Payment } from "../api";
import { usePages } from "../answers";
import { counted } from "../format";
import { PAYMENT_KINDS } from "../kinds";
import { useLive } from "../live";
import { Account, Badge, type Column, Copied, List, Money, Title } from "../parts";
import { felt, link } from "../route";
import { paymentWord } from "../words";

const COLUMNS: Column<Payment>[] = [
  { name: "What", cell: (one) => <Badge {...paymentWord(one.kind)} /> },
  { name: "Amount", isNumber: true, cell: (one) => <Money fri={one.amount_fri} /> },
  { name: "Account", cell: (one) => <Account felt={one.account} /> },
  { name: "For", cell: (one) => <About payment={one} /> },
  { name: "Block", isNumber: true, cell: (one) => counted(one.block) },
];

function About({ payment }: { payment: Payment }) {
  if (payment.lease !== null) return <a href={link(`audits/${payment.board}/${payment.lease}`)}>a lease of job {payment.job}</a>;
  return payment.job === null ? <>–</> : <a href={link(`jobs/${payment.board}/${payment.job}`)}>job {payment.job}</a>;
}

export function PaymentsPage({ query }: { query: URLSearchParams }) {
  const account = felt(query.get("account")) ?? "";
  const version = useLive(PAYMENT_KINDS);
  const pages = usePages<Payment>(`payments?limit=50${account ? `&account=${account}` : ""}`, version);
  return (
    <>
      <Title name="Payments">Payments</Title>
      <AccountField account={account} />
      <List
        name="Payments"
        columns={COLUMNS}
        pages={pages}
        id={(one) => `${one.block}/${one.transaction_index}/${one.event_index}`}
        empty={account ? "Nothing was paid to or by this account." : "No money has moved yet."}
      />
    </>
  );
}

function AccountField({ account }: { account: string }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const text = new FormData(event.currentTarget as HTMLFormElement).get("account");
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem("account") as HTMLInputElement;
    const chosen = typeof text === "string" ? text.trim() : "";
    field.setCustomValidity(chosen && !felt(chosen) ? "An account's address begins with 0x and has up to 63 digits from 0 to f." : "");
    if (field.reportValidity()) location.hash = link("payments", { account: chosen });
  };
  return (
    <form class="filters" aria-label="Whose payments" onSubmit={submit} noValidate>
      <label>
        Account
        <input key={account} name="account" defaultValue={account} placeholder="0x… (empty: all)" autocomplete="off" spellcheck={false} onInput={(event) => event.currentTarget.setCustomValidity("")} />
      </label>
      <button type="submit">Show</button>
      {account ? (
        <p>
          <Copied name="the account's address" text={account} /> <a href={link("payments")}>all accounts</a> <a href={link("jobs", { requester: account })}>its jobs</a>
        </p>
      ) : null}
    </form>
  );
}
