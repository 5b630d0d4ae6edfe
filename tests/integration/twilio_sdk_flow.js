// SPDX-License-Identifier: Apache-2.0
//
// What Twilio's own client makes of the double's answers: a user's factor from the beginning to the end.
// Usage: node twilio_sdk_flow.js PACKAGES, with a JSON object of url, user, password, account, service, identity, secret,
// wrong and right on standard input. Prints a JSON object of what each step answered.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const packages = path.join(process.argv[2], "twilio");
const twilio = require(packages);
const RequestClient = require(path.join(packages, "lib/base/RequestClient"));
const asked = JSON.parse(fs.readFileSync(0, "utf8"));

class ToTheDouble extends RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://verify.twilio.com", asked.url) });
  }
}

async function flow() {
  const client = twilio(asked.user, asked.password, { accountSid: asked.account, httpClient: new ToTheDouble() });
  const service = client.verify.v2.services(asked.service);
  const entity = service.entities(asked.identity);
  const told = {};

  told.service = await service.fetch();
  told.created = await entity.newFactors.create({
    friendlyName: "a name",
    factorType: "totp",
    "binding.secret": asked.secret,
    metadata: { of: "a test" },
  });
  const factor = entity.factors(told.created.sid);
  told.unverified = await factor.update({ authPayload: asked.wrong });
  told.refused = await entity.challenges.create({ factorSid: told.created.sid, authPayload: asked.right }).catch(error);
  told.verified = await factor.update({ authPayload: asked.right });
  told.fetched = await factor.fetch();
  told.pending = await entity.challenges.create({ factorSid: told.created.sid, authPayload: asked.wrong });
  told.answered = await entity.challenges(told.pending.sid).update({ authPayload: asked.right });
  told.approved = await entity.challenges.create({ factorSid: told.created.sid, authPayload: asked.right });
  told.challenges = await entity.challenges.list({ factorSid: told.created.sid, status: "approved", pageSize: 1 });
  told.factors = await entity.factors.list();
  told.entity = await entity.fetch();
  told.factorRemoved = await factor.remove();
  told.gone = await factor.fetch().catch(error);
  told.entityRemoved = await entity.remove();
  told.noEntity = await entity.fetch().catch(error);
  console.log(JSON.stringify(told));
}

function error({ name, status, code, message, moreInfo }) {
  return { name, status, code, message, moreInfo };
}

flow().catch((failure) => {
  console.error(failure);
  process.exitCode = 1;
});
