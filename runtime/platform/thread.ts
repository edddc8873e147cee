/** Threads and the messages between them: Bun, Node and Deno have them under the same name. */
import { parentPort, type Transferable, Worker } from "node:worker_threads";

export interface ThreadEvents<Message> {
  message(message: Message): void;
  /** It ended, or could not begin, before `end` was called. `name` is the error's class, its text could hold anything. */
  failed(name: string): void;
}

export interface Thread<Message> {
  /** `moved`: memory that the other side owns from now on. */
  post(message: Message, moved?: readonly ArrayBuffer[]): void;
  /** Ends the thread at once. Call it when nothing of native code runs in it. */
  end(): Promise<void>;
}

/** Starts a thread on a module. It keeps the process alive until it ends. */
export function startThread<In, Out>(module: URL, events: ThreadEvents<Out>): Thread<In> {
  const worker = new Worker(module);
  let ended = false;
  const fail = (name: string): void => {
    if (!ended) events.failed(name);
    ended = true;
  };
  worker.on("message", (message: Out) => events.message(message));
  worker.on("messageerror", () => fail("messageerror"));
  worker.on("error", (error: unknown) => fail(error instanceof Error ? error.constructor.name : typeof error));
  worker.on("exit", () => fail("exit"));
  return {
    post: (message, moved = []) => worker.postMessage(message, moved as Transferable[]),
    async end() {
      ended = true;
      await worker.terminate();
    },
  };
}

export interface ThisThread<In, Out> {
  post(message: Out, moved?: readonly ArrayBuffer[]): void;
  receive(handle: (message: In) => void): void;
}

/** The thread's own end, in the module that it was started on. Throws in the main thread. */
export function thisThread<In, Out>(): ThisThread<In, Out> {
  if (parentPort === null) throw new TypeError("this is no thread that was started");
  const port = parentPort;
  return {
    post: (message, moved = []) => port.postMessage(message, moved as Transferable[]),
    receive: (handle) => void port.on("message", (message: In) => handle(message)),
  };
}
