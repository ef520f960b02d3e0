// Asks with ClickHouse's own JavaScript client, and prints what it understood as one line of JSON.
// usage: node ask.mjs URL PASSWORD
import { createClient } from "@clickhouse/client";

const [url, password] = process.argv.slice(2);
const client = createClient({
  url,
  password,
  database: "spanledger",
  compression: { response: true, request: false },
});
const told = {};
told.ping = (await client.ping()).success;
const steps = await client.query({
  query: "SELECT Key, Step, Done FROM transaction_steps WHERE Process = {process: String} ORDER BY Key, Position",
  query_params: { process: "invoice-to-cash" },
});
told.steps = (await steps.json()).data;
let rows = 0;
const many = await client.query({ query: "SELECT number FROM numbers(200000)", format: "JSONEachRow" });
for await (const chunk of many.stream()) rows += chunk.length;
told.rows = rows;
try {
  await client.query({ query: "SELECT * FROM nowhere" });
} catch (error) {
  told.error = { code: error.code, type: error.type };
}
try {
  await client.insert({ table: "spans", values: [{ TraceId: "0" }], format: "JSONEachRow" });
} catch (error) {
  told.insert = error.code;
}
await client.close();
console.log(JSON.stringify(told));
