// What the clients of Novu do with integrations, and what they have to read in the answers.

import { refused, same, shows } from "./report.mjs";

const MASK = "********";

const MAIL = { name: "Mail", identifier: "mail", providerId: "sendgrid", channel: "email", active: false };
const ALERTS = {
  name: "Alerts",
  identifier: "alerts",
  providerId: "sendgrid",
  channel: "email",
  credentials: { apiKey: "SG.a-very-secret-key", from: "alerts@acme.example", senderName: "Acme" },
  active: true,
};
const BACKUP = {
  name: "Backup",
  identifier: "backup",
  providerId: "mailgun",
  channel: "email",
  credentials: { apiKey: "key-of-the-backup", user: "api", domain: "mg.acme.example" },
  active: true,
};
const RELAY = {
  name: "Relay",
  identifier: "relay",
  providerId: "nodemailer",
  channel: "email",
  credentials: { host: "smtp.acme.example", port: "587", secure: true, ignoreTls: false },
};
const FOR_PRO = {
  ...ALERTS,
  name: "For pro",
  identifier: "for-pro",
  conditions: [
    {
      isNegated: false,
      type: "GROUP",
      value: "AND",
      children: [{ field: "plan", value: "pro", operator: "EQUAL", on: "subscriber" }],
    },
  ],
};
const TEXTS = { providerId: "twilio", channel: "sms" };
const TEXTS_IDENTIFIER = /^twilio-[A-Za-z0-9]{9}$/;

const masked = (integration) => ({ ...integration, credentials: { ...integration.credentials, apiKey: MASK } });

/** A list in short: what each shows of its state, by identifier; one whose identifier was made up is `twilio`. */
function states(list) {
  const state = ({ identifier, channel, active, primary }) => [
    TEXTS_IDENTIFIER.test(identifier) ? "twilio" : identifier,
    [channel, active ? "active" : "inactive", ...(primary ? ["primary"] : [])].join(" "),
  ];
  return list.map(state).sort(([one], [other]) => (one < other ? -1 : 1));
}

const MADE = [
  ["alerts", "email active primary"],
  ["backup", "email active"],
  ["for-pro", "email active"],
  ["mail", "email inactive"],
  ["relay", "email inactive"],
  ["twilio", "sms inactive"],
];
const PRIMARY_MOVED = [
  ["alerts", "email active"],
  ["backup", "email active"],
  ["for-pro", "email active primary"],
  ["mail", "email inactive"],
  ["relay", "email inactive"],
  ["twilio", "sms inactive"],
];
const ALERTS_GONE = PRIMARY_MOVED.filter(([identifier]) => identifier !== "alerts");

/** What was made, by identifier. */
class Made {
  #ids = new Map();

  note(integration) {
    this.#ids.set(integration.identifier, integration._id);
    return integration;
  }

  id(identifier) {
    const id = this.#ids.get(identifier);
    if (!id) throw new Error(`there is no ${identifier}: it was not made`);
    return id;
  }
}

/** Plays all steps with `client`: `tenant` is an organisation that has nothing, with its keys. */
export async function playNovu(report, client, origin, tenant) {
  const sessions = [tenant.key, tenant.revealing, "nonsense"].map((key) => client.open(origin, key));
  const [novu, revealing, stranger] = sessions;
  const play = { step: report.step.bind(report), made: new Made(), client, tenant, novu, revealing, stranger };
  try {
    await creates(play);
    await isRefused(play);
    await lists(play);
    await makesPrimary(play);
    await updates(play);
    await asksForStatus(play);
    await deletes(play);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function creates({ step, made, novu, tenant }) {
  await step("create, not active", async () => {
    const of = { _organizationId: tenant.organisation, _environmentId: tenant.environment };
    const rest = { credentials: {}, primary: false, deleted: false, conditions: [] };
    const mail = made.note(await novu.create(MAIL));
    shows(mail, { ...MAIL, ...of, ...rest });
    same(typeof mail._id, "string");
  });
  await step("create with credentials, active: the first is primary, its secret is masked", async () => {
    shows(made.note(await novu.create(ALERTS)), { ...masked(ALERTS), primary: true });
  });
  await step("create another that is active: it is not primary", async () => {
    shows(made.note(await novu.create(BACKUP)), { ...masked(BACKUP), primary: false });
  });
  await step("create without name and identifier: it is called as its provider", async () => {
    const texts = await novu.create(TEXTS);
    made.note({ ...texts, identifier: "twilio" });
    shows(texts, { ...TEXTS, name: "Twilio", active: false, primary: false });
    same([texts.identifier, TEXTS_IDENTIFIER.test(texts.identifier)], [texts.identifier, true]);
  });
  await step("create with credentials of several types", async () => {
    shows(made.note(await novu.create(RELAY)), { ...RELAY, active: false, primary: false });
  });
  await step("create with conditions: they come back, and it is not primary", async () => {
    shows(made.note(await novu.create(FOR_PRO)), { ...masked(FOR_PRO), primary: false });
  });
}

async function isRefused({ step, client, novu, stranger }) {
  const { read, faults } = client.errors;
  await step("create with an identifier that is taken: 409", () =>
    refused(() => novu.create({ ...TEXTS, identifier: "mail" }), {
      type: read,
      status: 409,
      message: "Integration with identifier already exists",
    }),
  );
  await step("create, active, without a credential that it needs: 400", () =>
    refused(() => novu.create({ ...TEXTS, active: true, credentials: { accountSid: "AC1" } }), {
      type: read,
      status: 400,
      message: "Integration validation failed: credentials.token is required by twilio",
    }),
  );
  if (client.sendsIncomplete) {
    await step("create without what is required: 422, and which members", () =>
      refused(() => novu.create({ name: "Nothing" }), {
        type: faults,
        status: 422,
        message: "Validation Error",
        faults: ["channel", "providerId"],
      }),
    );
  }
  await step("list with an unknown key: 401", () =>
    refused(() => stranger.list(), { type: read, status: 401, message: "API Key not found" }),
  );
  if (client.takesIdempotencyKeys) await step("create twice with one idempotency key", () => happensOnce(novu, faults));
}

/** The repetition answers what the first did, and another body is refused; what was made is removed again. */
async function happensOnce(novu, faults) {
  const body = { ...TEXTS, identifier: "once" };
  const first = await novu.create(body, "the-key-of-one");
  same(await novu.create(body, "the-key-of-one"), first);
  await refused(() => novu.create({ ...body, name: "Other" }, "the-key-of-one"), {
    type: faults,
    status: 422,
    message: 'Request with key "the-key-of-one" is being reused for a different body',
    faults: [],
  });
  await novu.delete(first._id);
}

async function lists({ step, novu, revealing }) {
  await step("list: exactly what was made", async () => same(states(await novu.list()), MADE));
  await step("list: secrets are masked, conditions are there", async () => {
    const list = await novu.list();
    const named = (identifier) => list.find((one) => one.identifier === identifier);
    shows(named("alerts"), masked(ALERTS));
    shows(named("for-pro"), masked(FOR_PRO));
    shows(named("relay"), RELAY);
  });
  await step("list active: exactly those", async () => {
    const active = MADE.filter(([, state]) => / active/.test(state));
    same(states(await novu.listActive()), active);
  });
  await step("list with a key that may reveal: secrets stay masked", async () => {
    shows((await revealing.list()).find((one) => one.identifier === "alerts"), masked(ALERTS));
  });
}

async function makesPrimary({ step, made, novu }) {
  await step("set primary", async () => {
    shows(await novu.setPrimary(made.id("backup")), { ...masked(BACKUP), primary: true });
  });
  await step("set primary without a body: it loses its conditions", async () => {
    const expected = { identifier: "for-pro", primary: true, active: true, conditions: [] };
    shows(await novu.setPrimaryWithoutBody(made.id("for-pro")), expected);
  });
  await step("list: the last is primary alone", async () => same(states(await novu.list()), PRIMARY_MOVED));
}

async function updates({ step, made, novu, revealing }) {
  const renamed = { ...masked(ALERTS), name: "Alerts by mail", primary: false };
  // A change that changes nothing shows whoever may see it what is stored.
  const secret = async () => (await revealing.update(made.id("alerts"), { name: renamed.name })).credentials;
  await step("update the name: nothing else changes", async () => {
    shows(await novu.update(made.id("alerts"), { name: renamed.name }), renamed);
  });
  await step("update the credentials: they are replaced as a whole", async () => {
    const credentials = { apiKey: "SG.the-next-key", from: "next@acme.example" };
    shows(await novu.update(made.id("alerts"), { credentials }), masked({ ...renamed, credentials }));
    same(await secret(), credentials);
  });
  await step("update with the mask: the secret is kept", async () => {
    const credentials = { apiKey: MASK, from: "last@acme.example" };
    shows(await novu.update(made.id("alerts"), { credentials }), { ...renamed, credentials });
    same(await secret(), { ...credentials, apiKey: "SG.the-next-key" });
  });
}

/** What one client asks beside integrations. */
async function asksForStatus({ step, made, novu }) {
  if (!novu.inAppStatus) return;
  await step("status of in-app: not active", async () => same(await novu.inAppStatus(), { active: false }));
  await step("status of a webhook: yes or no", async () => {
    same(typeof (await novu.webhookStatus(made.id("backup"))), "boolean");
  });
}

async function deletes({ step, made, client, novu }) {
  const { read, unread } = client.errors;
  const gone = (type, message) => ({ type, status: 404, ...(type === read && { message }) });
  await step("delete: the answer lists exactly the others", async () => {
    same(states(await novu.delete(made.id("alerts"))), ALERTS_GONE);
  });
  await step("list: the deleted one is not there", async () => same(states(await novu.list()), ALERTS_GONE));
  await step("delete it again: 404", async () => {
    const id = made.id("alerts");
    await refused(() => novu.delete(id), gone(read, `Entity with id ${id} not found`));
  });
  await step("update the deleted one: 404", async () => {
    const id = made.id("alerts");
    await refused(() => novu.update(id, { name: "Back" }), gone(unread, `Entity with id ${id} not found`));
  });
  await step("set the deleted one primary: 404", async () => {
    const id = made.id("alerts");
    await refused(() => novu.setPrimary(id), gone(unread, `Integration with id ${id} not found`));
  });
  await step("create with the identifier of the deleted one: it is free", async () => {
    shows(await novu.create(ALERTS), { ...masked(ALERTS), primary: false });
  });
}
